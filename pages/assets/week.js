// @ts-check
// A week of days to page through: from today on, or from wherever it was moved to.
import { byId, make } from './dom.js';
import { dateIn, dayText, daysAfter, startOfDay } from './times.js';

const DAYS = 7;

/** Days as 2026-11-28, bounds as instants. @typedef {{ days: () => string[], from: () => string, until: () => string, show: () => void }} Week */

/**
 * @param {{ earliest?: boolean, yesterday?: boolean, from?: string | null, onChange: () => Promise<unknown> }} options earliest: it does not go before today;
 *   yesterday: the week from today on has it, too; from: its first day, unless today is later
 * @returns {Week}
 */
export function createWeek({ earliest = false, yesterday = false, from = null, onChange }) {
  const today = () => dateIn(Date.now());
  let first = from ? Math.max(0, Math.round((Date.parse(from) - Date.parse(today())) / 86_400_000)) : 0;
  const dayAt = (/** @type {number} */ n) => daysAfter(today(), n);
  const start = () => (yesterday && first === 0 ? -1 : first);
  const end = () => first + DAYS;

  /** @param {number} by */
  const move = (by) => async () => {
    first += by;
    show();
    await onChange();
  };
  byId('earlier').addEventListener('click', move(-DAYS));
  byId('later').addEventListener('click', move(DAYS));

  function show() {
    byId('earlier').disabled = earliest && first <= 0;
    byId('later').disabled = false;
    byId('span').textContent = `${dayText(dayAt(start()))} to ${dayText(dayAt(end() - 1))}`;
  }

  return {
    days: () => Array.from({ length: end() - start() }, (_, n) => dayAt(start() + n)),
    from: () => startOfDay(dayAt(start())),
    until: () => startOfDay(dayAt(end())),
    show,
  };
}

/**
 * Shows what begins on each day of a week.
 * @template {{ starts_at: string }} T
 * @param {HTMLElement} place @param {Week} week @param {T[]} items @param {{ row: (item: T) => HTMLElement, list: string, otherwise: string }} how `list`: the class of a day's
 */
export function showDays(place, week, items, { row, list, otherwise }) {
  place.replaceChildren(...week.days().map((day) => {
    const rows = items.filter((one) => dateIn(one.starts_at) === day).map(row);
    const content = rows.length > 0 ? make('ul', { class: list }, ...rows) : make('p', { class: 'quiet small' }, otherwise);
    return make('section', { class: 'day' }, make('h3', {}, dayText(day, 'full')), content);
  }));
}
