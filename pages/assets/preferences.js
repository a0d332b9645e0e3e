// @ts-check
// Two forms, each saved as a whole: what somebody is mailed about and when, and what they are called.
import { showAccepted } from './acceptances.js';
import { byId, make, tell } from './dom.js';
import { Failure, answerOf } from './failures.js';
import { fillWeek, watchWeek, windowsOfWeek } from './mail-week.js';
import { profile } from './profile.js';
import { client, person } from './session.js';
import { fullTime, useZone } from './times.js';
import { action, load } from './work.js';

const SWITCHES = ['account_email', 'reminder_email', 'agenda_email'];
const LEAD_TIMES = new Map([[10080, 'a week before'], [1440, 'a day before'], [180, '3 hours before'], [60, 'an hour before'], [15, '15 minutes before']]);
const MOST_LEAD_TIMES = 5;
/** By SQLSTATE: a policy that finds no session. */
const REFUSALS = { 42501: 'Your session is over. Please sign in again.' };

if (person) {
  byId('address').textContent = person.email;
  action(byId('mail'), byId('mail-note'), saveMail, REFUSALS);
  action(byId('you'), byId('you-note'), saveYou, { ...REFUSALS, 23514: 'A name has up to 100 characters, none that cannot be seen, and no link.' });
  watchWeek(byId('mail'), preview);
  await load(byId('content'), fill);
  await showAccepted();
}

async function fill() {
  const [preferences, own] = await Promise.all([answerOf(client.rpc('my_preferences')), profile()]);
  for (const id of SWITCHES) byId(id).checked = preferences[id];
  byId('agenda_at').value = preferences.agenda_at.slice(0, 5);
  fillWeek(preferences.mail_windows);
  showLeadTimes(preferences.reminder_lead_minutes);
  byId('time_zone').replaceChildren(...timeZones(own.time_zone).map((zone) => make('option', {}, zone)));
  // Whoever was invited in another language keeps it.
  if (![...byId('locale').options].some(({ value }) => value === own.locale)) byId('locale').append(make('option', {}, own.locale));
  for (const id of ['display_name', 'locale', 'time_zone']) byId(id).value = /** @type {any} */ (own)[id];
  await preview();
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

/** Says when a mail would come that can wait. What cannot be saved is said when somebody saves. */
async function preview() {
  const windows = windowsOfWeek();
  const { data } = windows
    ? await client.rpc('preview_send_at', { p_time_zone: byId('time_zone').value, p_mail_windows: windows })
    : { data: null };
  useZone(byId('time_zone').value);
  const waits = data && new Date(data).getTime() > Date.now() + 60_000;
  byId('next').textContent = waits
    ? `A mail that can wait would come ${fullTime(data)}. One that cannot is sent at once.`
    : windows && data ? 'A mail would come at once now.' : '';
}

async function saveMail() {
  const lead = [...byId('lead-times').querySelectorAll('input:checked')].map((box) => Number(box.value));
  if (lead.length > MOST_LEAD_TIMES) throw new Failure('', `Choose up to ${MOST_LEAD_TIMES} reminders, please.`);
  await answerOf(client.rpc('save_preferences', {
    ...Object.fromEntries(SWITCHES.map((id) => [`p_${id}`, byId(id).checked])),
    p_agenda_at: byId('agenda_at').value,
    p_reminder_lead_minutes: lead,
    p_locale: byId('locale').value,
    p_time_zone: byId('time_zone').value,
    p_mail_windows: windowsOfWeek(),
  }));
  await preview();
  tell(byId('mail-note'), 'Saved.');
}

async function saveYou() {
  const saved = await answerOf(client.from('profiles').update({ display_name: byId('display_name').value.trim() }).eq('id', person.id).select('id'));
  // Row level security says nothing where the session has ended: there is no such row then.
  if (saved.length === 0) throw new Failure('unauthenticated');
  tell(byId('you-note'), 'Saved.');
}
