// @ts-check
import { byId, make, onSubmit, tell } from './dom.js';
import { client, person } from './session.js';

const SWITCHES = ['account_email', 'booking_email', 'reminder_email'];
const QUIET = ['quiet_hours_start', 'quiet_hours_end'];
const PROFILE = ['display_name', 'locale', 'time_zone'];
const LEAD_TIMES = new Map([[10080, 'a week before'], [1440, 'a day before'], [180, '3 hours before'], [60, 'an hour before'], [15, '15 minutes before']]);
const DEFAULTS = { account_email: true, booking_email: true, reminder_email: true, reminder_lead_minutes: [1440, 60] };

if (person) {
  byId('address').textContent = person.email;
  await fill();
  onSubmit(byId('form'), save);
}

async function fill() {
  const [{ data: kept }, { data: profile }] = await Promise.all([
    client.from('notification_preferences').select().eq('user_id', person.id).maybeSingle(),
    client.from('profiles').select('display_name, locale, time_zone').eq('id', person.id).single(),
  ]);
  const preferences = { ...DEFAULTS, ...kept };
  for (const id of SWITCHES) byId(id).checked = preferences[id];
  for (const id of QUIET) byId(id).value = preferences[id]?.slice(0, 5) ?? '';
  showLeadTimes(preferences.reminder_lead_minutes);
  byId('time_zone').replaceChildren(...timeZones(profile.time_zone).map((zone) => make('option', {}, zone)));
  // Whoever was invited in another language keeps it.
  if (![...byId('locale').options].some(({ value }) => value === profile.locale)) byId('locale').append(make('option', {}, profile.locale));
  for (const id of PROFILE) byId(id).value = profile[id] ?? '';
}

/** Those of the list, and whatever else the person has. @param {number[]} chosen */
function showLeadTimes(chosen) {
  const all = [...new Set([...LEAD_TIMES.keys(), ...chosen])].sort((a, b) => b - a);
  byId('lead-times').replaceChildren(...all.map((minutes) => {
    const box = make('input', { type: 'checkbox', value: String(minutes), ...(chosen.includes(minutes) ? { checked: '' } : {}) });
    return make('label', { class: 'check' }, box, make('span', {}, LEAD_TIMES.get(minutes) ?? `${minutes} minutes before`));
  }));
}

/** @param {string} current */
function timeZones(current) {
  return [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', current])].sort();
}

async function save() {
  const lead = [...byId('lead-times').querySelectorAll('input:checked')].map((box) => Number(box.value));
  const preferences = {
    user_id: person.id,
    ...Object.fromEntries(SWITCHES.map((id) => [id, byId(id).checked])),
    ...Object.fromEntries(QUIET.map((id) => [id, byId(id).value || null])),
    reminder_lead_minutes: lead,
  };
  const profile = Object.fromEntries(PROFILE.map((id) => [id, byId(id).value.trim() || null]));
  const results = [
    await client.from('notification_preferences').upsert(preferences),
    await client.from('profiles').update(profile).eq('id', person.id),
  ];
  const error = results.find((result) => result.error)?.error;
  if (!error) return tell(byId('note'), 'Saved.');
  tell(byId('note'), error.message.includes('quiet_hours') ? 'Quiet hours need a start and an end that differ, or neither.' : error.message, true);
}
