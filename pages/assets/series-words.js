// @ts-check
// What the pages say of series: when their sessions are, and why one is not booked.
import { NO_OFFERS } from './session-words.js';
import { dayText, daysAfter } from './times.js';

/** A series as the tables have it. @typedef {{ rule: string, wall_starts_at: string, time_zone: string }} Series */

/** By their names in rules. @type {Record<string, string>} */
export const DAYS = { MO: 'Monday', TU: 'Tuesday', WE: 'Wednesday', TH: 'Thursday', FR: 'Friday', SA: 'Saturday', SU: 'Sunday' };

/** Why a session of a series is not booked, or was not moved. @type {Record<string, string>} */
const REASONS = {
  ...NO_OFFERS,
  slot_taken: 'The time is not free.',
  outside_working_hours: 'The specialist does not work then.',
  too_soon: 'It was too late to book it.',
  documents_end_before: 'It is not certain that the specialist can give it on that day.',
  specialist_not_found: 'The specialist gives no sessions at present.',
  session_type_not_offered: 'The specialist does not offer this session at present.',
  acceptance_required: 'The specialist accepts another time first: propose one.',
  move_limit: 'It was moved as often as is possible.',
  too_late_to_move: 'It is too late to move it.',
};

/** Those of the functions say it well in their detail; these have none, or one for another page. @type {Record<string, string>} */
export const SERIES_REFUSALS = {
  slot_taken: REASONS.slot_taken,
  series_not_found: 'There is no such series of yours.',
};

/** @param {string} rule @returns {Record<string, string>} */
const partsOf = (rule) => Object.fromEntries(rule.split(';').map((part) => part.split('=')));

/** "Every 2 weeks on Monday and Thursday at 09:00, 10 sessions" @param {Series} series */
export function seriesText(series) {
  const { wall_starts_at: wall, time_zone: zone } = series;
  const { every, days, times, until } = repeatsOf(series);
  const names = new Intl.ListFormat('en-GB').format(days.map((day) => DAYS[day]));
  const end = times ? `${times} sessions` : `until ${dayText(until ?? '', 'long')}`;
  return `${every > 1 ? `Every ${every} weeks` : 'Every week'} on ${names} at ${wall.slice(11, 16)} (${zone}), ${end}`;
}

/** `until`: the last day, as 2026-11-28. One of `times` and `until` is how it ends. @param {{ rule: string, time_zone: string }} series */
export function repeatsOf({ rule, time_zone: timeZone }) {
  const { INTERVAL: every = '1', BYDAY: days, COUNT: count, UNTIL: until } = partsOf(rule);
  return { every: Number(every), days: days.split(','), times: count ? Number(count) : null, until: until ? dayOf(until, timeZone) : null };
}

/** @param {string} until as rules have it: 20261128T225959Z @param {string} timeZone */
function dayOf(until, timeZone) {
  const instant = until.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(new Date(instant));
}

/** Whether sessions are still to be booked. @param {Series} series @param {{ on_day: string }[]} days that were looked at, in order */
export function goesOn(series, days) {
  const { every, times, until } = repeatsOf(series);
  return times ? days.length < times : daysAfter(days.at(-1)?.on_day ?? '1970-01-01', every * 7) <= (until ?? '');
}

/** @param {string} refusal */
export const reasonText = (refusal) => REASONS[refusal] ?? 'It could not be booked.';

/** What came of booking a series, or of changing one. @param {{ outcome: string | null, refusal: string | null }[]} sessions */
export function outcomeText(sessions) {
  const booked = sessions.filter((one) => one.outcome === 'booked' && !one.refusal).length;
  const other = sessions.filter((one) => one.refusal).length;
  const later = sessions.filter((one) => one.outcome === null).length;
  return [
    `${booked} of ${sessions.length} sessions are booked.`,
    later > 0 && `${later} more will be, as their time comes.`,
    other > 0 && `${other} could not be as you wished: your sessions show why, and what can be done.`,
  ].filter(Boolean).join(' ');
}
