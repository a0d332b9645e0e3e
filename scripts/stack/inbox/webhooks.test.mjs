// @ts-check
// What the inbox tells of mails: signed as the library of Standard Webhooks wants it, and again where nobody answers.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import test from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Mailbox } from './mailbox.mjs';
import { aFolder, aMail } from './testing.mjs';
import { tellOfMails } from './webhooks.mjs';

const secret = `whsec_${Buffer.from('a secret of the tests alone').toString('base64')}`;

/** What a listener hears of mails to these addresses. @param {import('node:test').TestContext} t @param {string[]} addresses @param {number} count */
async function heardOf(t, addresses, count, failures = 0) {
  /** @type {any[]} */
  const heard = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = Object.fromEntries(['id', 'timestamp', 'signature'].map((part) => [`webhook-${part}`, String(request.headers[`svix-${part}`])]));
    heard.push({ id: headers['webhook-id'], event: new Webhook(secret).verify(Buffer.concat(chunks).toString(), headers) });
    response.writeHead(heard.length <= failures ? 503 : 200).end('{}');
    if (heard.length === count) server.emit('all');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const mailbox = new Mailbox(aFolder(t));
  const stop = tellOfMails(mailbox, { url: `http://127.0.0.1:${port}/hook`, secret });
  const all = once(server, 'all');
  for (const to of addresses) {
    const mails = [aMail({ to: [to], tags: [{ name: 'mail', value: '7' }] })];
    mailbox.accept({ path: '/emails', key: undefined, raw: Buffer.from(to), mails, batch: false, permissive: false });
  }
  await all;
  stop();
  server.closeAllConnections();
  server.close();
  return heard;
}

test('a mail is sent and delivered, and its events carry its tags', async (t) => {
  const [sent, delivered] = await heardOf(t, ['ada@example.com'], 2);
  assert.deepEqual([sent.event.type, delivered.event.type], ['email.sent', 'email.delivered']);
  assert.deepEqual([sent.event.data.tags, sent.event.data.to], [{ mail: '7' }, ['ada@example.com']]);
  assert.equal(sent.event.data.email_id, delivered.event.data.email_id);
  assert.notEqual(sent.id, delivered.id);
});

test("Resend's addresses for trying things have their fates", async (t) => {
  const heard = await heardOf(t, ['bounced+x@resend.dev', 'Ada <full@resend.dev>', 'complained@resend.dev', 'suppressed@resend.dev'], 8);
  assert.deepEqual(heard.map(({ event }) => [event.type, event.data.bounce?.type].filter(Boolean).join(' ')), [
    'email.sent', 'email.bounced Permanent', 'email.sent', 'email.bounced Transient',
    'email.sent', 'email.delivered', 'email.complained', 'email.suppressed',
  ]);
});

test('what was not heard is told again, under the same id', async (t) => {
  const [first, again] = await heardOf(t, ['suppressed@resend.dev'], 2, 1);
  assert.deepEqual(again, first);
});
