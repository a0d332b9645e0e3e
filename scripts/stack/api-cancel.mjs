// @ts-check
// A caller who is gone waits for nothing: its statement is cancelled, and where it has none yet, none is begun. Otherwise
// ten slow ones whose callers have left hold every connection of the Data API.
import { connect } from './connection.mjs';

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
    let cancelling = Promise.resolve();
    const cancel = () => {
      cancelling = sql`select pg_cancel_backend(${process})`.then(() => {}, () => {});
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await work();
    } finally {
      signal.removeEventListener('abort', cancel);
      // Or it would meet whoever has this connection next.
      await cancelling;
    }
  }

  return { whileWaitedFor, close: () => sql.end({ timeout: 1 }) };
}
