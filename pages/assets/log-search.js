// @ts-check
// What the searches of logs have in common, which are written down: what is looked for, and why not.
import { byId } from './dom.js';
import { instantOf } from './times.js';

/** @type {Record<string, string>} by the code of a refusal */
export const REFUSALS = { invalid_filter: 'The id of an account looks like 3f0c1d7e-….' };

/** What is filled in of these fields and of the times. @param {string[]} ids @returns {Record<string, string>} */
export function filtersOf(ids) {
  const chosen = Object.fromEntries(ids.map((id) => [id, byId(id).value.trim()]));
  const times = Object.fromEntries(['from', 'to'].map((id) => [id, byId(id).value && instantOf(byId(id).value)]));
  return Object.fromEntries(Object.entries({ ...chosen, ...times }).filter(([, value]) => value));
}
