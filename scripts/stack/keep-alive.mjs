// @ts-check
// Keeps a part of the stack running: what has ended is started anew, after a pause that grows while it keeps ending.
import { setTimeout } from 'node:timers/promises';

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 10_000;
/** Who ran this long, in milliseconds, is not one who keeps ending. */
const STEADY = 10_000;

/** @typedef {{ ended: Promise<string>, stop: () => Promise<unknown> }} Running `ended`: how, in a word */

/**
 * Rejects where the very first start fails.
 * @param {string} name @param {(signal: AbortSignal) => Promise<Running>} start `signal`: it is wanted no more
 * @returns {Promise<{ stop: () => Promise<void> }>}
 */
export async function keepAlive(name, start) {
  const ending = new AbortController();
  const { signal } = ending;
  let running = await start(signal);
  let pause = FIRST_PAUSE;
  const watching = watch();

  async function watch() {
    for (;;) {
      const began = Date.now();
      const how = await running.ended;
      if (signal.aborted) return;
      if (Date.now() - began > STEADY) pause = FIRST_PAUSE;
      say(`${name} has ended (${how}) and is started again`);
      if (!(await startAgain())) return;
    }
  }

  /** @returns {Promise<boolean>} false: it is wanted no more */
  async function startAgain() {
    for (;;) {
      await rest();
      if (signal.aborted) return false;
      try {
        running = await start(signal);
        if (!signal.aborted) {
          say(`${name} is back`);
          return true;
        }
        await running.stop();
        return false;
      } catch (error) {
        if (signal.aborted) return false;
        say(`${name} did not start and is tried again: ${/** @type {Error} */ (error).message}`);
      }
    }
  }

  async function rest() {
    const length = pause;
    pause = Math.min(pause * 2, LONGEST_PAUSE);
    await setTimeout(length, undefined, { signal }).catch(() => {});
  }

  async function stop() {
    ending.abort();
    await running.stop();
    await watching;
  }

  return { stop };
}

/** @param {string} line */
function say(line) {
  console.error(`${new Date().toISOString()} ${line}`);
}
