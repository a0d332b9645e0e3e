// @ts-check
// A press that something has to come of.

import { setTimeout } from 'node:timers/promises';

/**
 * Presses until it comes: a click is lost without a word where the page moves under it between its two halves, or where a frame,
 * which has a process of its own, is not drawn yet.
 * @template T @param {Promise<T>} coming an event @param {import('playwright-core').Locator} it what is pressed
 */
export async function pressUntil(coming, it) {
  let hasCome = false;
  const waited = coming.finally(() => (hasCome = true));
  // It is met at the end, when the click before it is done.
  waited.catch(() => {});
  while (!hasCome) {
    // Off while it works.
    if (await it.isEnabled()) await it.click();
    await Promise.race([waited, setTimeout(3_000)]);
  }
  return waited;
}
