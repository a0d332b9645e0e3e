// @ts-check
// Resend's idempotency rule: a key remembers the first accepted body and its answer for 24 hours.
// https://resend.com/docs/dashboard/emails/idempotency-keys

import { createHash } from 'node:crypto';

const KEPT_MILLISECONDS = 24 * 60 * 60 * 1000;

/** @typedef {{ digest: string, state: "working" | "done", at: number, answer: unknown }} Entry */

/** @param {Uint8Array} body */
export const digestOf = (body) => createHash('sha256').update(body).digest('base64');

export class IdempotencyKeys {
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  #now;

  /** @param {() => number} now milliseconds, so that a test can let 24 hours pass */
  constructor(now = Date.now) {
    this.#now = now;
  }

  /**
   * Bodies are compared byte by byte: stricter than the real service has to be, so that a retry
   * that serialises differently is caught here.
   * @param {string | undefined} key
   * @param {Uint8Array} body
   * @returns {{ verdict: "new" | "concurrent" | "mismatch" } | { verdict: "replay", answer: unknown }}
   */
  begin(key, body) {
    if (key === undefined) return { verdict: 'new' };
    const digest = digestOf(body);
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#expired(entry)) {
      this.#entries.set(key, { digest, state: 'working', at: this.#now(), answer: undefined });
      return { verdict: 'new' };
    }
    if (entry.state === 'working') return { verdict: 'concurrent' };
    if (entry.digest !== digest) return { verdict: 'mismatch' };
    return { verdict: 'replay', answer: entry.answer };
  }

  /** The request was accepted: from now on the same body gets the same answer.
   * @param {string | undefined} key @param {unknown} answer */
  finish(key, answer) {
    const entry = key === undefined ? undefined : this.#entries.get(key);
    if (entry) Object.assign(entry, { state: 'done', answer });
  }

  /** The request was not accepted: the key is free again. @param {string | undefined} key */
  release(key) {
    if (key !== undefined && this.#entries.get(key)?.state === 'working') this.#entries.delete(key);
  }

  /** What was accepted before this process began. @param {string} key @param {{ digest: string, at: number, answer: unknown }} accepted */
  restore(key, accepted) {
    this.#entries.set(key, { ...accepted, state: 'done' });
  }

  /** @param {string} key of which nothing is kept any more */
  forget(key) {
    this.#entries.delete(key);
  }

  clear() {
    this.#entries.clear();
  }

  /** @param {Entry} entry */
  #expired(entry) {
    return entry.state === 'done' && this.#now() - entry.at > KEPT_MILLISECONDS;
  }
}
