// @ts-check
// What the functions are told: as Resend would, and nothing is taken twice or lost.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Mailbox } from './mailbox.mjs';
import { aFolder, aMail, anInbox } from './testing.mjs';

/** @param {Mailbox} mailbox @param {Record<string, unknown>} [more] @param {string} [key] @returns {any} */
function put(mailbox, more, key) {
  const mails = [aMail(more)];
  return mailbox.accept({ path: '/emails', key, raw: Buffer.from(JSON.stringify(mails)), mails, batch: false, permissive: false });
}

test('a mail is read as it was posted, in lists without its texts', async (t) => {
  const { post, get } = await anInbox(t);
  const content = aMail({ html: '<p>Hello', headers: { 'List-Unsubscribe': '<mailto:a@example.com>' }, tags: [{ name: 'kind', value: 'reminder' }], cc: 'bob@example.com' });
  const { body: { id } } = await post(content);
  const mail = await (await get(`/emails/${id}`)).json();
  const { html, text, subject, headers, tags, to, cc, last_event } = mail;
  assert.deepEqual({ html, text, subject, headers, tags, to, cc, last_event }, {
    html: '<p>Hello', text: 'Hello Ada', subject: 'Hello', headers: content.headers, tags: content.tags, to: ['ada@example.com'], cc: ['bob@example.com'], last_event: 'delivered',
  });
  const { data } = await (await get('/emails')).json();
  assert.deepEqual(data.map((/** @type {any} */ one) => [one.id, one.html, one.text]), [[id, undefined, undefined]]);
});

test('a batch is one answer, oldest first, and one wrong mail refuses it whole', async (t) => {
  const { post, get, list } = await anInbox(t);
  const { body } = await post([aMail({ subject: 'One' }), aMail({ subject: 'Two' })]);
  const { data } = await (await get('/emails')).json();
  assert.deepEqual(data.map((/** @type {any} */ one) => [one.id, one.subject]), [[body.data[0].id, 'One'], [body.data[1].id, 'Two']]);
  assert.equal((await post([aMail(), aMail({ to: 'nobody' })])).status, 422);
  assert.equal((await list()).total, 2);
});

test('what Resend refuses is refused in its words', async (t) => {
  const { post, get, origin } = await anInbox(t);
  /** @type {[unknown, number, string][]} */
  const cases = [
    ['{', 400, 'validation_error'],
    ['7', 422, 'validation_error'],
    ['null', 422, 'validation_error'],
    [[], 422, 'validation_error'],
    [aMail({ subject: undefined }), 422, 'missing_required_field'],
    [aMail({ subject: 'a\r\nBcc: eve@example.com' }), 422, 'validation_error'],
    [aMail({ from: 'nobody' }), 422, 'invalid_from_address'],
    [aMail({ text: { path: '/etc/passwd' }, html: 'x' }), 422, 'validation_error'],
    [aMail({ headers: { 'x-a': 'b\nBcc: eve@example.com' } }), 422, 'validation_error'],
    [aMail({ headers: { 'x-a\r\nbcc: eve@example.com\r\nx': 'b' } }), 422, 'validation_error'],
    [aMail({ attachments: [{ filename: 'a', path: 'http://127.0.0.1:9/' }] }), 422, 'invalid_attachment'],
    [aMail({ attachments: [{ filename: 'a', content: '<not Base64>' }] }), 422, 'invalid_attachment'],
    [aMail({ attachments: [{ filename: 'a\r\nb', content: '' }] }), 422, 'invalid_attachment'],
  ];
  for (const [body, status, name] of cases) {
    const answer = await post(body);
    assert.deepEqual([answer.status, answer.body.name, answer.body.statusCode], [status, name, status], JSON.stringify(body));
  }
  assert.equal((await fetch(`${origin}/emails`)).status, 401);
  assert.equal((await get('/emails/11111111-1111-4111-8111-111111111111')).status, 404);
  assert.equal((await get('/emails/x/y/z')).status, 404);
});

test('a calendar that comes with a mail is one, and of the method that its type names', async (t) => {
  const { post } = await anInbox(t);
  const good = 'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n';
  const answer = (/** @type {string | Buffer} */ calendar, type = 'text/calendar; method=REQUEST; charset=utf-8') =>
    post(aMail({ attachments: [{ filename: 'a.ics', content: Buffer.from(calendar).toString('base64'), content_type: type }] }));
  assert.equal((await answer(good)).status, 200);
  assert.equal((await answer('anything', 'text/plain')).status, 200);
  /** @type {[string | Buffer, string?][]} */
  const wrong = [
    [good, 'text/calendar'], [good, 'text/calendar; method=CANCEL; charset=utf-8'], [good.replaceAll('\r\n', '\n')], [good.trimEnd()], [''],
    [good.replace('METHOD', `DESCRIPTION:${'x'.repeat(70)}\r\nMETHOD`)], [good.replace('METHOD', 'NAME')], [`BEGIN:VCALENDAR\r\n${good}x\r\n`],
    [Buffer.concat([Buffer.from(good.slice(0, 20)), Buffer.from([0xc3]), Buffer.from(good.slice(20))])],
  ];
  for (const [calendar, type] of wrong) {
    const { status, body } = await answer(calendar, type);
    assert.deepEqual([status, body.name], [422, 'invalid_attachment'], String(calendar));
  }
});

test('a key is answered once, and by the next process, too', async (t) => {
  const first = await anInbox(t);
  const key = { 'idempotency-key': 'one' };
  const { body } = await first.post(aMail(), key);
  assert.deepEqual((await first.post(aMail(), key)).body, body);
  await first.close();
  const second = await anInbox(t, first.folder);
  assert.deepEqual((await second.post(aMail(), key)).body, body);
  assert.equal((await second.post(aMail({ subject: 'Other' }), key)).body.name, 'invalid_idempotent_request');
  assert.equal((await second.list()).total, 1);
});

test('a mail of 41 MB is refused, and the next one taken', async (t) => {
  const { post } = await anInbox(t);
  const large = await post(aMail({ text: 'x'.repeat(41 * 1024 * 1024) })).catch(() => ({ status: 413 }));
  assert.equal(large.status, 413);
  assert.equal((await post(aMail())).status, 200);
});

test('one that is to be sent later can be canceled, any other cannot', async (t) => {
  const { post, get } = await anInbox(t);
  const later = (await post(aMail({ scheduled_at: '2030-01-01T00:00:00Z' }))).body.id;
  const sent = (await post(aMail())).body.id;
  assert.equal((await get(`/emails/${sent}/cancel`, { method: 'POST' })).status, 422);
  assert.equal((await get(`/emails/${later}/cancel`, { method: 'POST' })).status, 200);
  assert.equal((await (await get(`/emails/${later}`)).json()).last_event, 'canceled');
});

test('everything is there after a process that was killed, also where the last line is half', (t) => {
  const folder = aFolder(t);
  const before = new Mailbox(folder);
  const [first, second] = [put(before, { subject: 'One' }), put(before, { subject: 'Two', scheduled_at: 'in 1 hour' })];
  before.markRead(/** @type {any} */ (before.find(first.id)));
  before.cancel(/** @type {any} */ (before.find(second.id)));
  // Not closed: as a kill leaves it, and then a machine that went down.
  const file = path.join(folder, 'mails.jsonl');
  appendFileSync(file, '{"accepted":{"at"');
  const after = new Mailbox(folder);
  assert.deepEqual(after.all.map(({ content, read, canceled, number }) => [content.subject, read, canceled, number]), [['One', true, false, 1], ['Two', false, true, 2]]);
  assert.equal(after.unread, 1);
  put(after, { subject: 'Three' });
  assert.deepEqual(new Mailbox(folder).all.map(({ content }) => content.subject), ['One', 'Two', 'Three']);
});

test('it holds two generations of mails and of bytes, and forgets the older, on disk too', (t) => {
  for (const limits of [{ mails: 10, bytes: Infinity }, { mails: Infinity, bytes: 4_000 }]) {
    const folder = aFolder(t);
    const mailbox = new Mailbox(folder, { limits });
    for (let i = 1; i <= 95; i += 1) put(mailbox, { subject: `Mail ${i}` }, `key-${i}`);
    assert.ok(mailbox.total >= 5 && mailbox.total <= 25, String(mailbox.total));
    assert.equal(mailbox.all.at(-1)?.content.subject, 'Mail 95');
    assert.equal(mailbox.unread, mailbox.total);
    const bytes = readdirSync(folder).map((name) => statSync(path.join(folder, name)).size);
    assert.ok(bytes.length === 2 && bytes.every((one) => one < 8_000), String(bytes));
    const again = new Mailbox(folder, { limits });
    assert.deepEqual(again.all.map(({ number, content }) => [number, content.subject]), mailbox.all.map(({ number, content }) => [number, content.subject]));
  }
});

test('the files are for nobody else to read', (t) => {
  const folder = aFolder(t);
  const mailbox = new Mailbox(path.join(folder, 'mails'));
  put(mailbox);
  assert.equal(statSync(path.join(folder, 'mails')).mode & 0o077, 0);
  assert.equal(statSync(path.join(folder, 'mails/mails.jsonl')).mode & 0o077, 0);
  assert.match(readFileSync(path.join(folder, 'mails/mails.jsonl'), 'utf8'), /Hello Ada/);
});

test('after all are deleted nothing is left, and the next process has none', (t) => {
  const folder = aFolder(t);
  const mailbox = new Mailbox(folder);
  put(mailbox, {}, 'one');
  mailbox.clear();
  assert.deepEqual([mailbox.total, mailbox.unread, readdirSync(folder)], [0, 0, []]);
  put(mailbox, { subject: 'New' }, 'one');
  assert.deepEqual(new Mailbox(folder).all.map(({ content }) => content.subject), ['New']);
});
