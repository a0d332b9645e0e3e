// @ts-check
// Queue, dispatcher, proxy and sink, wired so that a test sees and breaks every step between them.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { sql } from '../../end-to-end/platform/clients.mjs';
import { environment } from '../../end-to-end/platform/environment.mjs';
import { dispatch as dispatchOnStack } from '../../end-to-end/platform/functions.mjs';
import { secrets } from '../../end-to-end/platform/function-process.mjs';
import { eventually } from '../../end-to-end/platform/waiting.mjs';
import { Sink } from '../../sink/sink.mjs';
import { DataApiProxy } from '../proxy/proxy.mjs';
import { Dispatcher } from './dispatcher.mjs';

const RUNS_TO_DRAIN = 25;

export class Laboratory {
  sink = new Sink({ apiKey: secrets.RESEND_API_KEY });
  proxy = new DataApiProxy(environment.url);
  /** @type {Dispatcher[]} */
  #dispatchers = [];
  /** @type {number[]} */
  #resting = [];

  /** The stack's own dispatching rests meanwhile: no job writes a mail, and kicks find no address to call. */
  async open() {
    await Promise.all([this.sink.listen(), this.proxy.listen()]);
    this.#resting = (await sql`select jobid from cron.job where active`).map(({ jobid }) => jobid);
    await this.#setActive(false);
    await sql`select vault.update_secret(id, null, 'project_url_at_rest') from vault.secrets where name = 'project_url'`;
    await eventually('the queue of the earlier tests to be empty', async () => {
      await this.letTimePass();
      await dispatchOnStack('email-dispatch');
      return (await this.unsettled()) === 0;
    });
    return this;
  }

  async close() {
    await Promise.all(this.#dispatchers.map((one) => one.kill()));
    await sql`select vault.update_secret(id, null, 'project_url') from vault.secrets where name = 'project_url_at_rest'`;
    await this.#setActive(true);
    await Promise.all([this.sink.close(), this.proxy.close()]);
    await sql.end();
  }

  /** @param {boolean} active */
  async #setActive(active) {
    await sql`select cron.alter_job(jobid, active => ${active}) from cron.job where jobid = any (${this.#resting})`;
  }

  /** Between two tests: nobody runs, nothing is queued, nothing is remembered. */
  async reset() {
    await Promise.all(this.#dispatchers.splice(0).map((one) => one.kill()));
    this.sink.clear();
    this.proxy.clear();
    await sql`delete from private.email_queue`;
    await sql`delete from private.email_batches`;
    await sql`delete from private.email_dead_letters`;
    await sql`update private.email_sender set paused_until = null, error_code = null`;
  }

  /** @param {{ impatient?: boolean }} [options] */
  async dispatcher(options) {
    const one = await Dispatcher.start(this.proxy.url, this.sink.url, options);
    this.#dispatchers.push(one);
    return one;
  }

  /** @param {number} count @returns {Promise<string[]>} the addresses, one mail each */
  async enqueue(count) {
    const run = randomUUID().slice(0, 8);
    const variables = {
      recipient_name: 'Ada',
      other_name: 'Dr. Okafor',
      session_type_name: 'Follow-up',
      video: true,
      phone: false,
      in_person: false,
      place_detail: null,
      starts_at: '2026-11-24T09:00:00Z',
      duration_minutes: 50,
    };
    await sql`
      select private.enqueue_email(
        'booking_reminder', null, 'p' || n || '-' || ${run}::text || '@example.com', ${sql.json(variables)},
        'booking', 'fault:' || ${run}::text || ':' || n)
      from generate_series(1, ${count}::int) n`;
    return Array.from({ length: count }, (_, index) => `p${index + 1}-${run}@example.com`);
  }

  /** Leases run out and retries fall due, without anybody waiting for it. */
  async letTimePass() {
    await sql`update private.email_batches set due_at = now() - interval '1 second'`;
    await sql`update private.email_queue set due_at = now() - interval '1 second'`;
  }

  /** Mails that are queued or in a batch. @returns {Promise<number>} */
  async unsettled() {
    const [{ count }] = await sql`
      select (select count(*) from private.email_queue)
        + (select coalesce(sum(cardinality(mail_ids)), 0) from private.email_batches) as count`;
    return Number(count);
  }

  /** Dispatches until nothing is left to send. @param {Dispatcher} [dispatcher] */
  async drain(dispatcher) {
    const one = dispatcher ?? (await this.dispatcher());
    for (let run = 0; run < RUNS_TO_DRAIN; run += 1) {
      await one.dispatch();
      if ((await this.unsettled()) === 0) return;
      await this.letTimePass();
    }
    throw new Error(`${await this.unsettled()} mails are left after ${RUNS_TO_DRAIN} runs`);
  }

  /** Every mail was accepted once, and the log knows it by the id that the mailer gave it.
   * @param {string[]} addresses */
  async assertSentOnce(addresses) {
    const tally = this.sink.mailbox.tally();
    const wrong = addresses
      .filter((address) => tally.get(address) !== 1)
      .map((address) => [address, tally.get(address) ?? 0]);
    assert.deepEqual(wrong, [], 'not accepted exactly once');
    const accepted = new Map(this.sink.mailbox.mails.map(({ id, to }) => [to[0], id]));
    const rows = await sql`
      select recipient, status, provider_message_id as id from private.email_log
      where recipient = any(${addresses})`;
    assert.equal(rows.length, addresses.length);
    const unlike = rows.filter((row) => row.status !== 'sent' || row.id !== accepted.get(row.recipient));
    assert.deepEqual(unlike, [], 'the log does not say what the mailer did');
  }

  /** @param {string[]} addresses @param {string} status @param {string} code */
  async assertLogged(addresses, status, code) {
    const rows = await sql`
      select recipient, status, error_code from private.email_log where recipient = any(${addresses})`;
    assert.equal(rows.length, addresses.length);
    for (const row of rows) assert.deepEqual([row.status, row.error_code], [status, code], row.recipient);
  }
}
