// @ts-check
// What somebody waits for, and why they cannot.
import { dayText } from './times.js';

/** Monday first, as ISO counts them. */
export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** @type {Record<string, string>} by the code of a refusal */
export const WAIT_REFUSALS = {
  times_are_free: 'There is a free time on these days and at these hours. Choose it.',
  waiting_limit: 'You wait for as many things as is possible. Leave one of them first.',
  acceptance_required: 'The specialist accepts these sessions first: ask for a time, and nobody has it before it is accepted.',
  invalid_days: 'Choose days that are still to come, and no more than 92.',
  invalid_hours: 'Choose at least one weekday, and hours in order.',
  session_type_not_offered: 'Nobody offers this session at present.',
  entry_not_found: 'You wait for that no longer.',
};

/** @param {{ first_day: string, last_day: string, weekdays: number[], from_time: string, until_time: string }} entry */
export function waitText({ first_day: first, last_day: last, weekdays, from_time: from, until_time: until }) {
  const days = first === last ? dayText(first, 'long') : `${dayText(first)} to ${dayText(last)}`;
  const on = weekdays.length === 7 ? '' : `, ${weekdays.map((n) => WEEKDAYS[n - 1]).join(', ')}`;
  return `${days}${on}, ${from.slice(0, 5)} to ${until.slice(0, 5)}`;
}
