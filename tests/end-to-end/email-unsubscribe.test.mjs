// @ts-check
// Refusing mail: by a mail program that knows nothing but the headers (RFC 8058), by a page, and by nobody else.

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { environment } from './platform/environment.mjs';
import { enqueue, fateOf, send } from './platform/events.mjs';
import { callFunction, fingerprint, outcome } from './platform/functions.mjs';
import { newAddress, signedIn } from './platform/people.mjs';

after(() => sql.end());

const FORM = 'application/x-www-form-urlencoded';
const ONE_CLICK = 'List-Unsubscribe=One-Click';

/** The address in the headers of a mail, as a mail program takes it. @param {import('./platform/inbox.mjs').Mail} mail */
function oneClickOf({ headers = {} }) {
  const [, url] = /^<(https?:\/\/[^>]+)>$/.exec(headers['List-Unsubscribe'] ?? '') ?? [];
  assert.ok(url, 'no address to post to');
  assert.equal(headers['List-Unsubscribe-Post'], ONE_CLICK);
  return url;
}

/**
 * A client that is no browser, with no key, cookie or session, and that follows nothing.
 * @param {string} url @param {{ method?: string, type?: string, body?: string }} [more] @returns {Promise<{ status: number, headers: import('node:http').IncomingHttpHeaders, text: string }>}
 */
function byMailProgram(url, { method = 'POST', type = FORM, body = ONE_CLICK } = {}) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { 'user-agent': 'Mail/1.0', ...(body && { 'content-type': type, 'content-length': Buffer.byteLength(body) }) } }, (answer) => {
      /** @type {Buffer[]} */
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The kinds of mail that a person gets, as they see it. @param {Awaited<ReturnType<typeof signedIn>>} person */
async function wishesOf({ client }) {
  const { data } = await client.rpc('my_preferences');
  const { account_email, reminder_email, agenda_email } = /** @type {any} */ (data);
  return { account_email, reminder_email, agenda_email };
}
const ALL = { account_email: true, reminder_email: true, agenda_email: true };
/** @param {string} address */
const refusalsOf = async (address) => (await sql`select category from private.email_refusals where address_key = private.address_key(${address}) order by 1`).map(({ category }) => category);

test('one click of a mail program ends reminders, and nothing else', async () => {
  const person = await signedIn();
  const { id: userId, email } = person;
  const { mail } = await send(email, { category: 'reminder', userId });
  const url = oneClickOf(mail);
  assert.ok(!url.includes(email) && !url.includes(userId), 'nobody is named in the link');
  const answer = await byMailProgram(url);
  assert.deepEqual([answer.status, JSON.parse(answer.text)], [200, { status: 'unsubscribed', category: 'reminder' }]);
  assert.equal(answer.headers['set-cookie'], undefined);
  assert.deepEqual(await wishesOf(person), { ...ALL, reminder_email: false });
  assert.equal(await fateOf(email, { category: 'reminder', userId }), 'refused');
  for (const category of ['security', 'booking', 'account']) assert.equal(await fateOf(email, { category, userId }), 'sent');
  assert.equal((await byMailProgram(url)).text, answer.text, 'a second time is answered alike');
});

test('the same link takes it back, and so does the person in their preferences', async () => {
  const person = await signedIn();
  const { id: userId, email } = person;
  const url = oneClickOf((await send(email, { category: 'reminder', userId })).mail);
  const token = new URL(url).searchParams.get('token');
  await byMailProgram(url);
  const answers = [];
  for (let time = 0; time < 2; time += 1) answers.push(await callFunction('email-unsubscribe/undo', { body: { token } }));
  for (const answer of answers) assert.deepEqual([answer.status, await answer.json()], [200, { status: 'resubscribed', category: 'reminder' }]);
  assert.equal(await fateOf(email, { category: 'reminder', userId }), 'sent');
  await byMailProgram(url);
  const { data } = await person.client.rpc('my_preferences');
  const { account_email, agenda_email, agenda_at, reminder_lead_minutes, locale, time_zone } = /** @type {any} */ (data);
  const { error } = await person.client.rpc('save_preferences', {
    p_account_email: account_email, p_reminder_email: true, p_agenda_email: agenda_email, p_agenda_at: agenda_at,
    p_reminder_lead_minutes: reminder_lead_minutes, p_locale: locale, p_time_zone: time_zone,
  });
  assert.equal(error, null);
  assert.deepEqual(await wishesOf(person), ALL);
  assert.equal(await fateOf(email, { category: 'reminder', userId }), 'sent');
});

test('what keeps an account safe and what changes a session has no such header', async () => {
  for (const category of ['security', 'booking']) {
    const { mail } = await send(newAddress(), { category });
    assert.deepEqual(Object.keys(mail.headers ?? {}).filter((name) => /^list-/i.test(name)), [], category);
  }
});

test('either form of a form is taken, and nothing else', async () => {
  const multipart = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n';
  const { mail } = await send(newAddress());
  const url = oneClickOf(mail);
  assert.equal((await byMailProgram(url, { type: 'multipart/form-data; boundary=x', body: multipart })).status, 200);
  for (const [type, body, expected] of /** @type {[string, string, number][]} */ ([
    [FORM, '', 415], [FORM, 'x=y', 400], ['application/json', '{}', 415], ['text/plain', ONE_CLICK, 415], [FORM, 'x'.repeat(5_000), 413],
  ])) {
    assert.equal((await byMailProgram(url, { type, body })).status, expected, `${type} ${body.slice(0, 20)}`);
  }
  for (const method of ['PUT', 'DELETE', 'HEAD']) assert.equal((await byMailProgram(url, { method, body: '' })).status, 405, method);
});

test('whoever only follows the link changes nothing and is led to a page', async () => {
  const person = await signedIn();
  const { id: userId, email } = person;
  const { mail } = await send(email, { category: 'reminder', userId });
  const url = oneClickOf(mail);
  for (let visit = 0; visit < 3; visit += 1) {
    const answer = await byMailProgram(url, { method: 'GET', body: '' });
    assert.equal(answer.status, 303);
    assert.match(answer.headers.location ?? '', new RegExp(`^${environment.siteUrl}/unsubscribe#token=[A-Za-z0-9_-]{64}$`));
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['referrer-policy'], 'no-referrer');
  }
  assert.deepEqual(await wishesOf(person), ALL);
  assert.equal(await fateOf(email, { category: 'reminder', userId }), 'sent');
  const forged = await byMailProgram(`${environment.url}/functions/v1/email-unsubscribe?token=%0d%0aset-cookie:%20x=1`, { method: 'GET', body: '' });
  assert.deepEqual([forged.status, forged.headers['set-cookie']], [303, undefined]);
});

test('an address without an account refuses invitations, and is answered like one that has one', async () => {
  const person = await signedIn();
  const [stranger, member] = [newAddress('stranger'), person.email];
  const links = [];
  for (const [address, mail] of /** @type {const} */ ([[stranger, { category: 'account' }], [member, { category: 'account', userId: person.id }], [member, { category: 'account' }]])) {
    const id = await enqueue(address, mail);
    const [{ token }] = await sql`select private.unsubscribe_token(category, user_id, recipient) as token from private.emails where id = ${id}`;
    links.push(`email-unsubscribe?token=${token}`);
  }
  const answers = [];
  for (const path of [...links, ...links]) answers.push(await fingerprint(await callFunction(path, { headers: { 'content-type': FORM }, body: ONE_CLICK })));
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  for (const address of [stranger, member]) assert.deepEqual(await refusalsOf(address), ['account']);
  assert.deepEqual(await wishesOf(person), { ...ALL, account_email: false });
  assert.equal(await fateOf(stranger, { category: 'account' }), 'refused');
  assert.equal(await fateOf(stranger, { category: 'security' }), 'sent');
  const back = [];
  for (const path of [...links, ...links]) back.push(await fingerprint(await callFunction('email-unsubscribe/undo', { body: { token: path.split('=')[1] } })));
  for (const answer of back) assert.deepEqual(answer, back[0], 'and takes it back as one that has one does');
  for (const address of [stranger, member]) assert.deepEqual(await refusalsOf(address), []);
});

test('a link that was not made here is refused, and changes nothing', async () => {
  const person = await signedIn();
  const { id: userId, email } = person;
  const [{ token }] = await sql`select private.unsubscribe_token('reminder', ${userId}, ${email}) as token`;
  const bytes = Buffer.from(token.slice(0, 64), 'base64url');
  for (const at of [0, 1, 16, 17, 32, 33, 47]) {
    const changed = Buffer.from(bytes);
    changed[at] ^= 1;
    const path = `email-unsubscribe?token=${changed.toString('base64url')}E`;
    assert.equal(await outcome(await callFunction(path, { headers: { 'content-type': FORM }, body: ONE_CLICK })), '400 token_invalid', `byte ${at}`);
    const back = await callFunction('email-unsubscribe/undo', { body: { token: `${changed.toString('base64url')}E` } });
    assert.equal(await outcome(back), '400 token_invalid', `byte ${at}, back`);
  }
  for (const query of ['', '?token=', '?token=x', `?token=${'A'.repeat(64)}`, `?token=${encodeURIComponent(`' or true --${token}`).slice(0, 60)}`]) {
    const answer = await callFunction(`email-unsubscribe${query}`, { headers: { 'content-type': FORM }, body: ONE_CLICK });
    assert.match(await outcome(answer), /^400 (token_invalid|invalid_request)$/, query);
  }
  assert.deepEqual(await wishesOf(person), ALL);
});
