// @ts-check
// A week of days to page through: from today on, or from wherever it was moved to.
import { byId } from './dom.js';
import { dateIn, dayText, daysAfter, startOfDay } from './times.js';

const DAYS = 7;

/** Days as 2026-11-28, bounds as instants. @typedef {{ days: () => string[], from: () => string, until: () => string, show: () => void }} Week */

/**
 * @param {{ earliest?: boolean, onChange: () => Promise<unknown> }} options earliest: it does not go before today
 * @returns {Week}
 */
export function createWeek({ earliest = false, onChange }) {
  let first = 0;
  const today = () => dateIn(Date.now());
  const dayAt = (/** @type {number} */ n) => daysAfter(today(), n);

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
    byId('span').textContent = `${dayText(dayAt(first))} to ${dayText(dayAt(first + DAYS - 1))}`;
  }

  return {
    days: () => Array.from({ length: DAYS }, (_, n) => dayAt(first + n)),
    from: () => startOfDay(dayAt(first)),
    until: () => startOfDay(dayAt(first + DAYS)),
    show,
  };
}
