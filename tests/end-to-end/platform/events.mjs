// @ts-check
// Mails of a test's own, and what the mailer tells of them.

import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { sql } from './clients.mjs';
import { environment } from './environment.mjs';
import { callFunction, dispatch } from './functions.mjs';
import { mailTo } from './inbox.mjs';
import { eventually } from './waiting.mjs';

/** The host of the project, as a tag has it. */
export const PROJECT = new URL(environment.url).host.replaceAll(/[^A-Za-z0-9]/g, '-');

/**
 * A mail that waits to be sent. @param {string} to @param {{ category?: string, userId?: string, within?: import('postgres').ISql<{}> }} [mail]
 * `within`: the transaction that it is part of @returns {Promise<number>} its id
 */
export async function enqueue(to, { category = 'reminder', userId, within = sql } = {}) {
  const variables = {
    recipient_name: 'Ada', starts_at: '2027-01-04T10:00:00Z', duration_minutes: 50, other_name: 'Kim', session_type_name: 'Talk',
    video: true, phone: false, in_person: false, place_detail: null,
  };
  const [{ id }] = await within`
    select private.enqueue_email('booking_reminder', ${userId ?? null}, ${to}, ${sql.json(variables)}, ${category}, ${`test:${randomUUID()}`}) as id`;
  return Number(id);
}

/** The same, sent. @param {string} to @param {{ category?: string, userId?: string }} [mail] */
export async function send(to, mail) {
  const id = await enqueue(to, mail);
  await dispatch('email-dispatch');
  return { id, mail: await mailTo(to) };
}

/** What became of one more mail: why it was not sent, or `sent`. @param {string} to @param {{ category?: string, userId?: string }} [mail] */
export async function fateOf(to, mail) {
  const id = await enqueue(to, mail);
  await dispatch('email-dispatch');
  // Another dispatcher may have it.
  const { status, error_code } = await eventually(`mail ${id} to be settled`, async () => {
    const [log] = await sql`select status, error_code from private.email_log where id = ${id}`;
    return log.status === 'queued' ? null : log;
  });
  return error_code ?? status;
}

/** An event as Resend documents it. @param {number | string} mailId @param {string} type @param {Record<string, unknown>} [more] */
export function eventOf(mailId, type, more = {}) {
  return {
    type,
    created_at: new Date().toISOString(),
    data: {
      broadcast_id: '8b146471-e88e-4322-86af-016cd36fd216',
      created_at: new Date().toISOString(),
      email_id: randomUUID(),
      from: 'Evenkeel <hello@evenkeel.test>',
      to: ['somebody.else@example.com'],
      subject: 'Reminder',
      ...more,
      tags: { mail: String(mailId), project: PROJECT, ...(/** @type {object} */ (more.tags) ?? {}) },
    },
  };
}

/**
 * Headers that a sender of Standard Webhooks makes, by the library of those who wrote the specification.
 * @param {string} body @param {{ secret?: string, id?: string, at?: number, family?: string }} [signed] `at` in milliseconds
 */
export function signatureFor(body, { secret = environment.webhookSecrets[0], id = `msg_${randomUUID()}`, at = Date.now(), family = 'svix' } = {}) {
  const signature = new Webhook(secret).sign(id, new Date(at), body);
  return { [`${family}-id`]: id, [`${family}-timestamp`]: String(Math.floor(at / 1000)), [`${family}-signature`]: signature };
}

/** What the function answers to an event. @param {object} event @param {Parameters<typeof signatureFor>[1]} [signed] */
export async function tell(event, signed) {
  const body = JSON.stringify(event);
  const answer = await callFunction('email-webhook', { headers: signatureFor(body, signed), body });
  const { code, status } = await answer.json();
  return `${answer.status} ${code ?? status}`;
}
