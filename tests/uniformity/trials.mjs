// @ts-check
// What a stranger can time. Trials of all classes are mixed at random, so that whatever else the
// machine does strikes all of them alike.

import { randomInt } from 'node:crypto';
import { requestReset } from '../end-to-end/platform/functions.mjs';
import { strangers } from './classes.mjs';

/** @typedef {Record<string, number[]>} Times milliseconds, by class */

/** Milliseconds until the whole answer was there. @param {string} address */
async function time(address) {
  const started = performance.now();
  const response = await requestReset(address);
  const body = await response.text();
  const took = performance.now() - started;
  if (response.status !== 202 || body !== '{"status":"accepted"}') throw new Error(`${response.status} ${body}`);
  return took;
}

const pause = (/** @type {number} */ milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** @template T @param {T[]} list */
export function shuffle(list) {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [list[last], list[other]] = [list[other], list[last]];
  }
  return list;
}

/**
 * @template T
 * @param {Record<string, T[]>} subjects by class
 * @param {(subject: T) => Promise<number>} trial
 * @returns {Promise<Times>}
 */
export async function mixed(subjects, trial) {
  const times = /** @type {Times} */ (Object.fromEntries(Object.keys(subjects).map((one) => [one, []])));
  const all = Object.entries(subjects).flatMap(([one, list]) => list.map((subject) => ({ one, subject })));
  for (const { one, subject } of shuffle(all)) {
    times[one].push(await trial(subject));
    await pause(randomInt(10));
  }
  return times;
}

/** One request for each address. @param {Record<string, string[]>} addresses */
export const alone = (addresses) => mixed(addresses, time);

/** A second request for the same address, while the dispatcher works on the first.
 * @param {Record<string, string[]>} addresses */
export const again = (addresses) =>
  mixed(addresses, async (address) => {
    await time(address);
    await pause(randomInt(40));
    return time(address);
  });

/** A request for an address of nobody, while the dispatcher works on that of the class.
 * @param {Record<string, string[]>} addresses */
export const beside = (addresses) =>
  mixed(addresses, async (address) => {
    await time(address);
    await pause(randomInt(40));
    return time(strangers(1)[0]);
  });

/** The mean of requests for addresses of nobody, for as long as the dispatcher may yet start.
 * @param {Record<string, string[]>} addresses */
export const watch = (addresses) =>
  mixed(addresses, async (address) => {
    await time(address);
    const end = performance.now() + 3_500;
    const times = [];
    for (; performance.now() < end; await pause(100)) times.push(await time(strangers(1)[0]));
    return times.reduce((sum, one) => sum + one, 0) / times.length;
  });
