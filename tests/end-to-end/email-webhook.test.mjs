// @ts-check
// What Resend tells of mails: whom the function believes, and what comes of it.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { service, sql } from './platform/clients.mjs';
import { environment } from './platform/environment.mjs';
import { enqueue, eventOf, fateOf, send, signatureFor, tell } from './platform/events.mjs';
import { callFunction, dispatch, outcome } from './platform/functions.mjs';
import { mailsTo } from './platform/inbox.mjs';
import { newAddress, signedIn } from './platform/people.mjs';
import { eventually } from './platform/waiting.mjs';

after(() => sql.end());

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const HARD = { bounce: { message: 'No such mailbox.', subType: 'General', type: 'Permanent' } };
const SOFT = { bounce: { message: 'The mailbox is full.', subType: 'MailboxFull', type: 'Transient' } };

/** @param {number} id @returns {Promise<string | undefined>} */
const stateOf = async (id) => (await sql`select state from private.email_deliveries where mail_id = ${id}`)[0]?.state;
/** @param {string} address @returns {Promise<string | undefined>} */
const suppressionOf = async (address) => (await sql`select reason from private.email_suppressions where address_key = private.address_key(${address})`)[0]?.reason;

test('the inbox tells of a mail as Resend does, and its state follows', async () => {
  const { id, mail } = await send(newAddress());
  assert.equal(await eventually('the mail to be delivered', async () => (await stateOf(id)) === 'delivered' && 'delivered', 20), 'delivered');
  assert.deepEqual((await sql`select provider_message_id from private.email_log where id = ${id}`)[0].provider_message_id, mail.id);
  const fates = { bounced: 'bounced', complained: 'complained', suppressed: 'suppressed' };
  for (const [name, state] of Object.entries(fates)) {
    const address = `${name}+${randomUUID().slice(0, 8)}@resend.dev`;
    const { id: theirs } = await send(address);
    await eventually(`${address} to be ${state}`, async () => (await stateOf(theirs)) === state, 20);
    assert.equal(await fateOf(address, { category: 'security' }), 'suppressed');
  }
});

test('every secret of the list signs, in either family of headers, among others', async () => {
  const id = await enqueue(newAddress());
  for (const secret of environment.webhookSecrets) {
    for (const family of ['svix', 'webhook']) {
      assert.equal(await tell(eventOf(id, 'email.sent'), { secret, family }), '200 recorded');
    }
  }
  const body = JSON.stringify(eventOf(id, 'email.sent'));
  const strange = `whsec_${Buffer.from('of somebody else altogether').toString('base64')}`;
  for (const separator of [' ', ', ']) {
    const headers = signatureFor(body);
    headers['svix-signature'] = [signatureFor(body, { secret: strange })['svix-signature'], headers['svix-signature']].join(separator);
    assert.equal((await callFunction('email-webhook', { headers, body })).status, 200, separator);
  }
});

test('nobody else is believed, and nothing comes of what they say', async () => {
  const victim = newAddress('victim');
  const id = await enqueue(victim);
  const event = JSON.stringify(eventOf(id, 'email.complained'));
  const good = signatureFor(event);
  const strange = `whsec_${Buffer.from('of somebody else altogether').toString('base64')}`;
  /** @type {Record<string, [Record<string, string>, string]>} */
  const attempts = {
    'without a signature': [{}, event],
    'with a key of the project': [{ apikey: environment.secretKey, authorization: `Bearer ${environment.secretKey}` }, event],
    'with the key of the jobs': [{ apikey: environment.cronKey }, event],
    'with another secret': [signatureFor(event, { secret: strange }), event],
    'with another body': [good, event.replace('complained', 'bounced')],
    'with a body that says the same in other bytes': [good, ` ${event}`],
    'with another id': [{ ...good, 'svix-id': 'msg_other' }, event],
    'with another time': [{ ...good, 'svix-timestamp': String(Number(good['svix-timestamp']) + 1) }, event],
    'six minutes late': [signatureFor(event, { at: Date.now() - 6 * MINUTE }), event],
    'six minutes early': [signatureFor(event, { at: Date.now() + 6 * MINUTE }), event],
    'with half a signature': [{ ...good, 'svix-signature': good['svix-signature'].slice(0, 20) }, event],
    'of another version': [{ ...good, 'svix-signature': good['svix-signature'].replace('v1,', 'v2,') }, event],
    'with the headers of two families': [{ 'webhook-id': good['svix-id'], 'svix-timestamp': good['svix-timestamp'], 'svix-signature': good['svix-signature'] }, event],
  };
  for (const [how, [headers, body]] of Object.entries(attempts)) {
    assert.equal(await outcome(await callFunction('email-webhook', { headers, body })), '401 unauthenticated', how);
  }
  // Whoever runs beside this may have sent the mail, of which the inbox then tells.
  assert.ok(!['complained', 'bounced'].includes(await stateOf(id) ?? ''));
  assert.equal(await suppressionOf(victim), undefined);
  assert.equal((await callFunction('email-webhook', { headers: good, body: event })).status, 200, 'the same, as it was signed');
});

test('what is delivered again counts once, also after somebody was forgiven', async () => {
  const address = newAddress();
  const mailId = await enqueue(address);
  const event = eventOf(mailId, 'email.bounced', HARD);
  const id = `msg_${randomUUID()}`;
  const answers = await Promise.all(Array.from({ length: 8 }, () => tell(event, { id })));
  assert.deepEqual(answers.sort(), ['200 recorded', ...Array(7).fill('200 repeated')]);
  assert.equal(await suppressionOf(address), 'hard_bounce');
  await sql`delete from private.email_suppressions where address_key = private.address_key(${address})`;
  assert.equal(await tell(event, { id, at: Date.now() + MINUTE }), '200 repeated');
  assert.equal(await suppressionOf(address), undefined);
});

test('in whatever order events come, at once too, a mail ends alike', async () => {
  const types = ['email.sent', 'email.delivery_delayed', 'email.delivered', 'email.bounced'];
  const orders = [types, [...types].reverse(), ['email.bounced', 'email.sent', 'email.delivered', 'email.delivery_delayed']];
  for (const order of orders) {
    const id = await enqueue(newAddress());
    for (const type of order) assert.equal(await tell(eventOf(id, type, HARD)), '200 recorded');
    assert.equal(await stateOf(id), 'bounced', order.join());
  }
  const id = await enqueue(newAddress());
  await Promise.all([...types, ...types].map((type) => tell(eventOf(id, type, SOFT))));
  assert.equal(await stateOf(id), 'bounced');
});

test('soft bounces of three days suppress an address, also where they are told at once; those of an hour do not', async () => {
  const address = newAddress();
  const bouncedOn = async (/** @type {number} */ daysAgo) =>
    tell({ ...eventOf(await enqueue(address), 'email.bounced', SOFT), created_at: new Date(Date.now() - daysAgo * DAY).toISOString() });
  for (let bounce = 0; bounce < 4; bounce += 1) assert.equal(await bouncedOn(0), '200 recorded');
  assert.equal(await suppressionOf(address), undefined);
  await Promise.all([1, 2].map(bouncedOn));
  assert.equal(await suppressionOf(address), 'soft_bounces');
  assert.equal(await fateOf(address, { category: 'account' }), 'suppressed');
  assert.equal(await fateOf(address, { category: 'security' }), 'sent', 'a link that somebody asks for is tried all the same');
});

test('what is not about a mail of ours is taken and let be', async () => {
  const victim = newAddress('victim');
  const id = await enqueue(victim);
  for (const event of [
    eventOf(id, 'email.opened'),
    eventOf(id, 'email.clicked', { click: { link: 'https://example.com' } }),
    eventOf(id, 'contact.created'),
    { type: 'domain.updated', created_at: new Date().toISOString(), data: { id: randomUUID(), name: 'example.com', records: [] } },
    eventOf(id, 'email.complained', { tags: { project: 'staging-supabase-co' } }),
    eventOf(9_000_000_000, 'email.complained', { to: [victim] }),
    eventOf('', 'email.complained', { to: [victim] }),
    { ...eventOf(id, 'email.complained'), data: { to: [victim] } },
    { ...eventOf(id, 'email.complained'), data: null },
  ]) {
    assert.equal(await tell(event), '200 ignored', JSON.stringify(event));
  }
  assert.equal(await suppressionOf(victim), undefined, 'the address in an event is not looked at');
  const bystander = newAddress('bystander');
  assert.equal(await tell(eventOf(id, 'email.complained', { to: [bystander] })), '200 recorded');
  assert.deepEqual([await suppressionOf(bystander), await suppressionOf(victim)], [undefined, 'complaint']);
});

test('what is too long or no JSON is refused', async () => {
  const long = JSON.stringify({ ...eventOf(1, 'email.sent'), more: 'x'.repeat(65_536) });
  assert.equal(await outcome(await callFunction('email-webhook', { headers: signatureFor(long), body: long })), '413 payload_too_large');
  for (const body of ['{"', '[]', '{}', '{"type":7}']) {
    assert.equal(await outcome(await callFunction('email-webhook', { headers: signatureFor(body), body })), '400 invalid_request', body);
  }
  const body = JSON.stringify(eventOf(1, 'email.sent'));
  const answer = await callFunction('email-webhook', { headers: { ...signatureFor(body), 'content-type': 'text/plain' }, body });
  assert.equal(await outcome(answer), '415 unsupported_media_type');
  assert.equal((await callFunction('email-webhook', { method: 'GET' })).status, 405);
});

test('a mail that was given up is sent after all where an event says so, and is not sent twice', async () => {
  const address = newAddress();
  const id = await sql.begin(async (transaction) => {
    const given = await enqueue(address, { within: transaction });
    await transaction`delete from private.email_queue where mail_id = ${given}`;
    await transaction`insert into private.email_outcomes (mail_id, status, error_code, settled_at) values (${given}, 'failed', 'key_expired', now())`;
    await transaction`insert into private.email_dead_letters (mail_id, error_code, failed_at) values (${given}, 'key_expired', now())`;
    return given;
  });
  assert.equal(await tell(eventOf(id, 'email.delivered')), '200 recorded');
  const { error } = await service.rpc('redrive_emails');
  assert.equal(error, null);
  await dispatch('email-dispatch');
  const [{ status }] = await sql`select status from private.email_log where id = ${id}`;
  assert.deepEqual([status, (await mailsTo(address)).length], ['sent', 0]);
});

test('nobody but the service reaches what the function calls, or reads what it keeps', async () => {
  const { client } = await signedIn();
  const called = await client.rpc(/** @type {any} */ ('record_email_event'), { p_event_id: 'x', p_mail_id: 1, p_state: 'complained' });
  assert.equal(called.error?.code, '42501');
  const lifted = await client.rpc('lift_email_suppression', { p_email: newAddress(), p_reason: 'Because I say so.' });
  assert.equal(lifted.error?.message, 'forbidden');
});
