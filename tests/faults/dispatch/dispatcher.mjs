// @ts-check

import { environment } from '../../end-to-end/platform/environment.mjs';
import { FunctionProcess } from '../../end-to-end/platform/function-process.mjs';

/** @typedef {{ claimed: number, sent: number, deferred: number, skipped: number, failed: number, remaining: number, batches: number }} Report */

/** What a test sets that waits for a deadline: short for it, long enough for a loaded machine. */
export const IMPATIENCE_MILLISECONDS = 1500;

/** The real email-dispatch between a proxy of the Data API and the mail sink. */
export class Dispatcher {
  #process;

  /** @param {FunctionProcess} process */
  constructor(process) {
    this.#process = process;
  }

  /** @param {string} supabaseUrl @param {string} mailerUrl @param {{ impatient?: boolean }} [options] */
  static async start(supabaseUrl, mailerUrl, { impatient = false } = {}) {
    /** @type {Record<string, string>} */
    const wiring = { SUPABASE_URL: supabaseUrl, RESEND_API_URL: mailerUrl };
    if (impatient) wiring.UPSTREAM_TIMEOUT_MS = String(IMPATIENCE_MILLISECONDS);
    return new Dispatcher(await FunctionProcess.start('email-dispatch', wiring));
  }

  /** One call as pg_cron makes it. */
  call() {
    return this.#process.post('', { headers: { apikey: environment.cronKey } });
  }

  /** @returns {Promise<Report>} what the run did; fails unless it says so with 200 */
  async dispatch() {
    const response = await this.call();
    const body = await response.text();
    if (response.status === 200) return JSON.parse(body);
    throw new Error(`dispatch answered ${response.status}: ${body}\n${this.#process.lines.join('\n')}`);
  }

  kill() {
    return this.#process.kill();
  }
}
