// @ts-check
// Series on the page of free times: a session that is to be repeated, a session of a series at another time of its week, and a
// series that changes from a day on.
import { byId, make } from './dom.js';
import { Failure, answerOf } from './failures.js';
import { DAYS, SERIES_REFUSALS, outcomeText, repeatsOf, seriesText } from './series-words.js';
import { titleOf } from './session-words.js';
import { client, person } from './session.js';
import { dayText, daysAfter } from './times.js';

/** @typedef {import('./find.js').Slot} Slot */

const asked = new URLSearchParams(location.search);
/** The day of a series whose session is looked for, or from which on it changes, as 2026-11-28. */
const day = asked.get('day') ?? asked.get('from');
const adds = asked.has('day');

/** The series that the page is about. @type {any} */
export let series = null;

/** The first day to show. @returns {string | null} the Monday of its week */
export const firstDay = () => (asked.has('series') && day ? daysAfter(day, -((new Date(day).getUTCDay() + 6) % 7)) : null);

export async function fillSeries() {
  const id = asked.get('series');
  byId('repeats').addEventListener('change', () => (byId('repeat-how').hidden = !byId('repeats').checked));
  byId('repeat-days').replaceChildren(...Object.entries(DAYS).map(([code, name]) =>
    make('label', { class: 'check' }, make('input', { type: 'checkbox', value: code }), make('span', {}, name))));
  if (!id) return;
  const columns = 'id, rule, wall_starts_at, time_zone, specialist_id, session_type_id, specialists(display_name), session_types(name)';
  series = await answerOf(client.from('recurring_bookings').select(columns).eq('id', id).eq('employee_id', person.id).maybeSingle());
  if (!series || !day) throw new Failure('series_not_found', SERIES_REFUSALS.series_not_found);
  byId('title').textContent = adds ? 'Another time for a session of a series' : 'Change a series';
  byId('moved').textContent = `${titleOf(series)}. ${seriesText(series)}. ${adds ? 'The session' : 'From the session'} of ${dayText(day, 'full')}${adds ? ': choose a time of that week.' : ' on: choose when that is, and how it goes on.'}`;
  byId('moved').hidden = false;
  const { every, days, times, until } = repeatsOf(series);
  byId('repeat-every').value = every;
  byId('repeat-times').value = times ?? '';
  byId('repeat-until').value = until ?? '';
  // The day that is chosen anew takes the place of this one.
  for (const box of dayBoxes()) box.checked = days.includes(box.value) && box.value !== weekdayOf(day, 'UTC');
  byId('repeats').checked = !adds;
  byId('repeats').disabled = true;
  byId('repeat-how').hidden = adds;
}

/** @returns {HTMLInputElement[]} */
const dayBoxes = () => [...byId('repeat-days').querySelectorAll('input')];

/** "MO" @param {string} at an instant, or a day @param {string} timeZone */
function weekdayOf(at, timeZone) {
  return new Intl.DateTimeFormat('en', { weekday: 'short', timeZone }).format(new Date(at)).slice(0, 2).toUpperCase();
}

/** Offers to repeat what was chosen, on its own day at least: the weekday on the specialist's wall. @param {Slot} slot @param {string} timeZone */
export function offerRepeat({ starts_at: at }, timeZone) {
  byId('repeat').hidden = adds;
  const own = weekdayOf(at, timeZone);
  for (const box of dayBoxes()) {
    if (box.disabled) box.checked = false;
    box.disabled = box.value === own;
    box.checked ||= box.disabled;
  }
}

export function endRepeat() {
  byId('repeat').hidden = true;
}

export const repeats = () => series !== null || (byId('repeats').checked && !byId('repeat').hidden);

/** @param {Slot} slot */
export function seriesLabel({ requires_acceptance: isAsked }) {
  if (adds) return isAsked ? 'Ask for this time' : 'Book this time';
  return series ? 'Change the series' : 'Book the series';
}

/** Books or changes it. @param {Slot} slot @returns {Promise<string>} what came of it */
export async function carryOutSeries({ specialist_id: specialistId, session_type_id: typeId, starts_at: at }) {
  if (adds) {
    await answerOf(client.rpc('add_to_series', { p_series_id: series.id, p_on_day: day, p_instead_at: at }));
    return 'The session of that week is booked.';
  }
  const until = byId('repeat-until').value;
  const rule = [
    'FREQ=WEEKLY', `INTERVAL=${byId('repeat-every').value}`, `BYDAY=${dayBoxes().filter((one) => one.checked).map((one) => one.value)}`,
    until ? `UNTIL=${until.replaceAll('-', '')}` : `COUNT=${byId('repeat-times').value}`,
  ].join(';');
  const call = series
    ? client.rpc('change_series', { p_series_id: series.id, p_from_day: day, p_starts_at: at, p_rule: rule })
    : client.rpc('make_series', { p_specialist_id: specialistId, p_session_type_id: typeId, p_starts_at: at, p_rule: rule });
  return outcomeText((await answerOf(call)).sessions);
}
