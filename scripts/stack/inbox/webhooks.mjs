// @ts-check
// Tells a function what became of each mail, as Resend does by its webhooks: https://resend.com/docs/webhooks/event-types
// Everything arrives, but for mail to Resend's own addresses for trying things: bounced+anything@resend.dev, and so on. "full" is ours.
import { createHmac, randomBytes } from 'node:crypto';
import { asList } from './validation.mjs';

const TRIES = 3;
const WAIT = 2_000;
const WITHIN = 10_000;
/** Mails whose events wait; of more, the oldest are not told of. */
const MOST = 5_000;

/** @typedef {{ type: string, more?: Record<string, unknown> }} Event */

/** @type {Record<string, Event[]>} by the name of an address at resend.dev */
const FATES = {
  bounced: [
    { type: 'email.sent' },
    { type: 'email.bounced', more: { bounce: { message: "The recipient's mailbox does not exist.", subType: 'General', type: 'Permanent' } } },
  ],
  full: [
    { type: 'email.sent' },
    { type: 'email.bounced', more: { bounce: { message: "The recipient's mailbox is full.", subType: 'MailboxFull', type: 'Transient' } } },
  ],
  complained: [{ type: 'email.sent' }, { type: 'email.delivered' }, { type: 'email.complained' }],
  suppressed: [{ type: 'email.suppressed', more: { suppressed: { message: 'The address is on the suppression list.', type: 'OnAccountSuppressionList' } } }],
};
const ARRIVES = [{ type: 'email.sent' }, { type: 'email.delivered' }];

/**
 * @param {import('./mailbox.mjs').Mailbox} mailbox @param {{ url: string, secret: string }} webhook
 * @returns {() => void} what ends it
 */
export function tellOfMails(mailbox, { url, secret }) {
  /** @type {import('./mailbox.mjs').Taken[]} */
  const waiting = [];
  let isTelling = false;
  let isOver = false;

  /** @param {import('./mailbox.mjs').Taken[]} mails */
  const take = (mails) => {
    waiting.push(...mails);
    waiting.splice(0, waiting.length - MOST);
    if (!isTelling) void tell();
  };

  async function tell() {
    isTelling = true;
    for (let mail = waiting.shift(); mail && !isOver; mail = waiting.shift()) {
      for (const event of eventsOf(mail)) await post(event);
    }
    isTelling = false;
  }

  /** @param {object} event */
  async function post(event) {
    const [id, body] = [`msg_${randomBytes(12).toString('hex')}`, JSON.stringify(event)];
    for (let attempt = 0; attempt < TRIES && !isOver; attempt++) {
      const headers = { 'content-type': 'application/json', ...signatureOf(secret, id, body) };
      const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(WITHIN) }).catch(() => null);
      await answer?.arrayBuffer().catch(() => null);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, WAIT).unref());
    }
  }

  mailbox.on('accepted', take);
  return () => {
    isOver = true;
    mailbox.off('accepted', take);
  };
}

/** @param {import('./mailbox.mjs').Taken} mail */
function eventsOf({ id, content }) {
  const to = asList(content.to).map(String);
  const [, name = ''] = /(?:^|<)(\w+)(?:\+[^@]*)?@resend\.dev>?$/.exec(to[0]) ?? [];
  const tags = Object.fromEntries((content.tags ?? []).map(({ name: tag, value }) => [tag, value]));
  const now = () => new Date().toISOString();
  const created_at = now();
  return (FATES[name] ?? ARRIVES).map(({ type, more }) => ({
    type,
    created_at: now(),
    data: { created_at, email_id: id, from: content.from, to, subject: content.subject, ...more, tags },
  }));
}

/** Svix's, which are those of Standard Webhooks under names of its own. @param {string} secret @param {string} id @param {string} body */
export function signatureOf(secret, id, body, seconds = Math.floor(Date.now() / 1000)) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'svix-id': id, 'svix-timestamp': String(seconds), 'svix-signature': `v1,${mac}` };
}
