// @ts-check
// Times as the person reads them: in the zone of their preferences, which is the browser's until they chose one.

/** What a profile has until somebody says otherwise. */
const UNSAID = 'UTC';
const DAY = 86_400_000;
let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** @param {string} own of the profile */
export function useZone(own) {
  if (own !== UNSAID) zone = own;
}

export const zoneName = () => zone;

/** "Saturday 28 November 2026 at 14:30" @param {string} instant */
export const fullTime = (instant) => format({ dateStyle: 'full', timeStyle: 'short' }, instant);

/** "28 Nov 2026, 14:30" @param {string | number} instant */
export const shortTime = (instant) => format({ dateStyle: 'medium', timeStyle: 'short' }, instant);

/** "14:30" if that is today, else "28 Nov", with its year if that is another @param {string} instant */
export function briefTime(instant) {
  const now = Date.now();
  if (dateOf(instant) === dateOf(now)) return format({ hour: '2-digit', minute: '2-digit' }, instant);
  const isOfThisYear = format({ year: 'numeric' }, instant) === format({ year: 'numeric' }, now);
  return format({ day: 'numeric', month: 'short', ...(!isOfThisYear && { year: 'numeric' }) }, instant);
}

/** @param {string | number} instant */
const dateOf = (instant) => format({ dateStyle: 'short' }, instant);

/** "Sat 14:30" @param {string} instant */
export const weekdayTime = (instant) => format({ weekday: 'short', hour: '2-digit', minute: '2-digit' }, instant);

/** A day, which has no zone. @param {string} day @param {'medium' | 'long' | 'full'} [dateStyle] */
export const dayText = (day, dateStyle = 'medium') => new Intl.DateTimeFormat('en-GB', { dateStyle, timeZone: 'UTC' }).format(new Date(day));

/** "September 2026" @param {string} month its first day */
export const monthText = (month) => new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(month));

/** @param {Intl.DateTimeFormatOptions} options @param {string | number} instant */
function format(options, instant, locale = 'en-GB') {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }).format(new Date(instant));
}

/** The day that it is in the person's zone at an instant, as 2026-11-28. @param {string | number} instant */
export const dateIn = (instant) => format({}, instant, 'sv-SE');

/** "14:30" @param {string} instant */
export const clockTime = (instant) => format({ hour: '2-digit', minute: '2-digit' }, instant);

/** @param {string} day as 2026-11-28 @param {number} count */
export function daysAfter(day, count) {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + count);
  return at.toISOString().slice(0, 10);
}

/** An instant as a field of a time has it, in the person's zone: 2026-11-28T14:30 @param {string | number} instant */
export const fieldTime = (instant) => format({ dateStyle: 'short', timeStyle: 'short' }, instant, 'sv-SE').replace(' ', 'T');

/**
 * The instant that such a field means: the first of two where clocks are put back, and where they are put forward what the clock would show
 * had it not been. @param {string} wall
 */
export function instantOf(wall) {
  const at = Date.parse(`${wall}Z`);
  const offset = (/** @type {number} */ instant) => Date.parse(`${fieldTime(instant)}Z`) - Math.floor(instant / 60_000) * 60_000;
  const [before, after] = [-DAY, DAY].map((away) => at - offset(at + away));
  return new Date(fieldTime(before) !== wall && fieldTime(after) === wall ? after : before).toISOString();
}

/** The instant at which a day begins in the person's zone, also where midnight is skipped. @param {string} day as 2026-11-28 */
export const startOfDay = (day) => instantOf(`${day}T00:00`);
