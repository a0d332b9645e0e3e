// @ts-check
// Two forms, each saved as a whole: what somebody is mailed about, and what they say of themselves.
import { byId, make, tell } from './dom.js';
import { Failure, answerOf } from './failures.js';
import { profile } from './profile.js';
import { client, person } from './session.js';
import { action, load } from './work.js';

const SWITCHES = ['account_email', 'booking_email', 'reminder_email'];
const QUIET = ['quiet_hours_start', 'quiet_hours_end'];
const PROFILE = ['display_name', 'locale', 'time_zone'];
const LEAD_TIMES = new Map([[10080, 'a week before'], [1440, 'a day before'], [180, '3 hours before'], [60, 'an hour before'], [15, '15 minutes before']]);
const MOST_LEAD_TIMES = 5;
const DEFAULTS = { account_email: true, booking_email: true, reminder_email: true, reminder_lead_minutes: [1440, 60] };
/** By SQLSTATE: a constraint of the table, and a policy that finds no session. */
const REFUSALS = { 42501: 'Your session is over. Please sign in again.' };

if (person) {
  byId('address').textContent = person.email;
  action(byId('mail'), byId('mail-note'), saveMail, { ...REFUSALS, 23514: 'Quiet hours need a start and an end that differ, or neither.' });
  action(byId('you'), byId('you-note'), saveYou, { ...REFUSALS, 23514: 'A name has up to 100 characters, none that cannot be seen, and no link.' });
  await load(byId('content'), fill);
}

async function fill() {
  const [kept, own] = await Promise.all([
    answerOf(client.from('notification_preferences').select().eq('user_id', person.id).maybeSingle()),
    profile(),
  ]);
  const preferences = { ...DEFAULTS, ...kept };
  for (const id of SWITCHES) byId(id).checked = preferences[id];
  for (const id of QUIET) byId(id).value = preferences[id]?.slice(0, 5) ?? '';
  showLeadTimes(preferences.reminder_lead_minutes);
  byId('time_zone').replaceChildren(...timeZones(own.time_zone).map((zone) => make('option', {}, zone)));
  // Whoever was invited in another language keeps it.
  if (![...byId('locale').options].some(({ value }) => value === own.locale)) byId('locale').append(make('option', {}, own.locale));
  for (const id of PROFILE) byId(id).value = /** @type {any} */ (own)[id];
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

async function saveMail() {
  const lead = [...byId('lead-times').querySelectorAll('input:checked')].map((box) => Number(box.value));
  if (lead.length > MOST_LEAD_TIMES) throw new Failure('', `Choose up to ${MOST_LEAD_TIMES} reminders, please.`);
  await answerOf(client.from('notification_preferences').upsert({
    user_id: person.id,
    ...Object.fromEntries(SWITCHES.map((id) => [id, byId(id).checked])),
    ...Object.fromEntries(QUIET.map((id) => [id, byId(id).value || null])),
    reminder_lead_minutes: lead,
  }));
  tell(byId('mail-note'), 'Saved.');
}

async function saveYou() {
  const said = Object.fromEntries(PROFILE.map((id) => [id, byId(id).value.trim()]));
  const saved = await answerOf(client.from('profiles').update(said).eq('id', person.id).select('id'));
  // Row level security says nothing where the session has ended: there is no such row then.
  if (saved.length === 0) throw new Failure('unauthenticated');
  tell(byId('you-note'), 'Saved.');
}
