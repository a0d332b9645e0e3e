// @ts-check
// A caller who is gone waits for nothing: its statement is cancelled, and where it has none yet, none is begun. Otherwise
// ten slow ones whose callers have left hold every connection of the Data API.
import { setTimeout } from 'node:timers/promises';
import { connect } from './connection.mjs';

const PAUSE_MILLISECONDS = 50;

/** @typedef {ReturnType<typeof createCanceller>} Canceller */

/** @param {string} url as the role whose statements are cancelled */
export function createCanceller(url) {
  const sql = connect(url, { idle_timeout: 30 });

  /**
   * @template T
   * @param {AbortSignal} signal the caller's @param {number} process the server's @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async function whileWaitedFor(signal, process, work) {
    signal.throwIfAborted();
    const done = new AbortController();
    let cancelling = Promise.resolve();
    const cancel = () => {
      cancelling = cancelUntil(done.signal, process);
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await work();
    } finally {
      signal.removeEventListener('abort', cancel);
      done.abort();
      // Or it would meet whoever has this connection next.
      await cancelling;
    }
  }

  /** Again and again: between two statements there is nothing to cancel. @param {AbortSignal} done @param {number} process */
  async function cancelUntil(done, process) {
    while (!done.aborted) {
      await sql`select pg_cancel_backend(${process})`.catch(() => {});
      await setTimeout(PAUSE_MILLISECONDS, undefined, { signal: done }).catch(() => {});
    }
  }

  return { whileWaitedFor, close: () => sql.end({ timeout: 1 }) };
}
