// @ts-check
// What somebody reads at the inbox: pages, and mails that nobody has to trust.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import http from 'node:http';
import test from 'node:test';
import { HOME, aMail, anInbox } from './testing.mjs';

/** It has no types. @type {{ simpleParser: (message: Buffer) => Promise<any> }} */
const { simpleParser } = createRequire(import.meta.url)('mailparser');

const PDF = Buffer.from('%PDF-1.7 not really');

test('each page is whole, with a script and styles of its own, under the policy', async (t) => {
  const { post, origin } = await anInbox(t);
  const { body: { id } } = await post(aMail());
  for (const [path, status] of /** @type {[string, number][]} */ ([['/inbox', 200], ['/inbox/', 200], ['/inbox?q=x', 200], [`/inbox/${id}`, 200], ['/inbox/nobody', 404], ['/sign-in', 404]])) {
    const answer = await fetch(origin + path);
    assert.equal(answer.status, status, path);
    assert.equal(answer.headers.get('content-security-policy'), "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    assert.equal(answer.headers.get('cross-origin-opener-policy'), 'same-origin');
    const text = await answer.text();
    assert.equal(text.match(/<main id="main"/g)?.length, 1, path);
    assert.equal(text.match(/<h1/g)?.length, 2, 'its own, and that of whoever has no JavaScript');
    assert.doesNotMatch(text, /\{\{|undefined|<script(?! src="\/assets\/)|\son\w+=|style=/);
    assert.ok(text.includes(`href="${HOME}/docs"`));
    for (const [, file] of text.matchAll(/ (?:src|href)="(\/assets\/[^"]+)"/g)) assert.equal((await fetch(origin + file)).status, 200, file);
  }
  assert.equal((await fetch(origin, { redirect: 'manual' })).headers.get('location'), '/inbox');
});

test('the list is newest first, in parts, and searched by addresses and subject', async (t) => {
  const { post, list } = await anInbox(t);
  for (let from = 0; from < 120; from += 40) {
    await post(Array.from({ length: 40 }, (_, i) => aMail({ subject: `Mail ${from + i}`, to: [`person-${(from + i) % 3}@example.com`] })));
  }
  const numbers = [];
  for (let part = await list(); ; part = await list(`?before=${numbers.at(-1)}`)) {
    assert.equal(part.total, 120);
    assert.equal('text' in part.mails[0], false);
    numbers.push(...part.mails.map((/** @type {any} */ { number }) => number));
    if (!part.more) break;
  }
  assert.deepEqual(numbers, Array.from({ length: 120 }, (_, i) => 120 - i));
  const found = async (/** @type {string} */ q) => (await list(`?${new URLSearchParams({ q })}`)).mails.map((/** @type {any} */ one) => one.subject);
  assert.deepEqual(await found('mail 119'), ['Mail 119']);
  assert.deepEqual(await found(' PERSON-2@  119 '), ['Mail 119']);
  assert.equal((await found('person-1@example.com')).length, 40);
  assert.deepEqual(await found('nobody'), []);
  assert.deepEqual((await list('?before=x')).mails[0].subject, 'Mail 119');
});

test('a mail is unread until somebody looks', async (t) => {
  const { post, list, get } = await anInbox(t);
  const { body: { id } } = await post(aMail());
  assert.equal((await get(`/inbox/mails/${id}`)).status, 200);
  assert.equal((await list()).unread, 1);
  assert.equal((await get(`/inbox/mails/${id}/read`)).status, 405);
  for (let i = 0; i < 2; i += 1) assert.equal((await get(`/inbox/mails/${id}/read`, { method: 'POST' })).status, 200);
  assert.deepEqual([(await list()).unread, (await list()).mails[0].read], [0, true]);
});

test('an open page hears of a mail, and many in a row are one word', async (t) => {
  const { post, origin } = await anInbox(t);
  const ending = new AbortController();
  const { body } = await fetch(`${origin}/inbox/events`, { signal: ending.signal });
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  const next = async () => Buffer.from((await reader.read()).value ?? []).toString();
  assert.match(await next(), /^retry: \d+\n\n$/);
  await Promise.all(Array.from({ length: 20 }, () => post(aMail())));
  assert.equal(await next(), 'data: changed\n\n');
  await reader.cancel();
  ending.abort();
});

test('a foreign parser reads the message as it was posted, and the same bytes each time', async (t) => {
  const { post, get } = await anInbox(t);
  const content = aMail({
    from: 'Grüße & Co <hello@evenkeel.test>',
    to: ['ada@example.com', 'Bob <bob@example.com>'],
    cc: 'carla@example.com',
    bcc: 'secret@example.com',
    reply_to: 'help@evenkeel.test',
    subject: `Grüße 🎉 ${'lang '.repeat(40)}Ende`,
    text: 'Hallo,\n.\nFrom here äöü\n\nEnde',
    html: `<p>Äöü</p><p>${'x'.repeat(3000)}</p>`,
    headers: { 'List-Unsubscribe': `<https://example.com/u?${'t'.repeat(300)}>, <mailto:u@example.com>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    attachments: [{ filename: 'Lizenz "é".pdf', content: PDF.toString('base64'), content_type: 'application/pdf' }],
  });
  const { body: { id } } = await post(content);
  const answer = await get(`/inbox/mails/${id}/download`);
  const message = Buffer.from(await answer.arrayBuffer());
  assert.ok(message.equals(Buffer.from(await (await get(`/inbox/mails/${id}/download`)).arrayBuffer())));
  assert.ok(message.equals(Buffer.from(await (await get(`/inbox/mails/${id}/source`)).arrayBuffer())));
  assert.doesNotMatch(message.toString('latin1'), /[^\r]\n|\r[^\n]|secret@example\.com/);
  const mail = await simpleParser(message);
  assert.equal(mail.subject, content.subject);
  assert.equal(mail.from.value[0].name, 'Grüße & Co');
  assert.deepEqual(mail.to.value.map((/** @type {any} */ one) => one.address), ['ada@example.com', 'bob@example.com']);
  assert.deepEqual([mail.cc.text, mail.replyTo.text, mail.bcc], ['carla@example.com', 'help@evenkeel.test', undefined]);
  assert.equal(mail.text.trim(), content.text);
  assert.equal(mail.html.trim(), content.html);
  assert.equal(mail.messageId, `<${id}@evenkeel.test>`);
  assert.equal(mail.headers.get('list').unsubscribe.url, content.headers['List-Unsubscribe'].split('>')[0].slice(1));
  assert.deepEqual(mail.attachments.map((/** @type {any} */ one) => [one.filename, one.contentType, one.content.equals(PDF)]), [['Lizenz "é".pdf', 'application/pdf', true]]);
  const { headers, to, bcc, attachments, bytes } = await (await get(`/inbox/mails/${id}`)).json();
  assert.deepEqual([to, bcc, bytes], [content.to, ['secret@example.com'], message.length]);
  assert.deepEqual(attachments, [{ name: 'Lizenz "é".pdf', type: 'application/pdf', bytes: PDF.length }]);
  const header = (/** @type {string} */ name) => headers.find((/** @type {any} */ one) => one.name === name)?.value;
  assert.equal(header('List-Unsubscribe'), content.headers['List-Unsubscribe']);
  assert.equal(header('List-Unsubscribe-Post'), 'List-Unsubscribe=One-Click');
});

test('a mail program finds the calendar of a mail, and with which method', async (t) => {
  const { post, get } = await anInbox(t);
  const calendar = Buffer.from('BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nSUMMARY:Gespräch\r\nEND:VCALENDAR\r\n');
  const type = 'text/calendar; method=CANCEL; charset=utf-8';
  const { body: { id } } = await post(aMail({ attachments: [{ filename: 'appointment.ics', content: calendar.toString('base64'), content_type: type }] }));
  const message = Buffer.from(await (await get(`/inbox/mails/${id}/download`)).arrayBuffer());
  const [{ filename, contentType, content, headers }] = (await simpleParser(message)).attachments;
  assert.deepEqual([filename, contentType], ['appointment.ics', 'text/calendar']);
  assert.deepEqual(headers.get('content-type').params, { method: 'CANCEL', charset: 'utf-8', name: 'appointment.ics' });
  assert.ok(content.equals(calendar));
  assert.ok(Buffer.from(await (await get(`/inbox/mails/${id}/attachments/0`)).arrayBuffer()).equals(calendar));
});

test('a download is named by what is only a name, and no browser opens it', async (t) => {
  const { post, get } = await anInbox(t);
  const hostile = ['../../etc/passwd', 'a"; filename="evil.exe', 'C:\\x\\y.pdf', '.bashrc', '\u202Egpj.exe', '', 'ä'.repeat(300), "a'b*c", '\u0000\u0007', '\ud800x'];
  const attachments = hostile.map((filename) => ({ filename, content: PDF.toString('base64'), content_type: 'text/html' }));
  const { body: { id } } = await post(aMail({ subject: '"/../\u202E 🎉', html: 'x', attachments }));
  for (const place of ['download', ...hostile.map((_, i) => `attachments/${i}`)]) {
    const { headers, status } = await get(`/inbox/mails/${id}/${place}`);
    assert.equal(status, 200, place);
    const disposition = headers.get('content-disposition') ?? '';
    const [, plain, encoded] = /^attachment; filename="([^"]+)"; filename\*=UTF-8''([\w.~%-]+)$/.exec(disposition) ?? [];
    assert.ok(plain && encoded, disposition);
    for (const name of [plain, decodeURIComponent(encoded)]) assert.doesNotMatch(name, /[\\/:"\p{C}]|^\./u, disposition);
    assert.ok(plain.length <= 90);
    assert.match(headers.get('content-type') ?? '', place === 'download' ? /^message\/rfc822$/ : /^application\/octet-stream$/);
    assert.match(headers.get('content-security-policy') ?? '', /^sandbox; default-src 'none'/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
  }
  assert.equal((await get(`/inbox/mails/${id}/attachments/99`)).status, 404);
  assert.equal((await get(`/inbox/mails/${id}/attachments/`)).status, 404);
});

test('its HTML is a document without origin and script, which loads nothing unless asked', async (t) => {
  const { post, get } = await anInbox(t);
  const { body: { id } } = await post(aMail({ html: '<html><head><LINK rel=preconnect href=http://a.example><link\trel=x></head><IFRAME\nsrc=http://a.example></IFRAME><object/data=x><img src=https://a.example/x.png><linked>' }));
  const [own, remote] = await Promise.all(['', '?remote=1'].map((query) => get(`/inbox/mails/${id}/html${query}`)));
  const policies = [own, remote].map((answer) => answer.headers.get('content-security-policy') ?? '');
  for (const policy of policies) {
    assert.match(policy, /^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; /);
    assert.match(policy, /; form-action 'none'; base-uri 'none'; frame-ancestors 'self'$/);
    assert.doesNotMatch(policy, /script-src|allow-scripts|allow-same-origin|connect-src|frame-src/);
  }
  assert.doesNotMatch(policies[0], /https?:/);
  assert.match(policies[1], /img-src data: http: https:;/);
  const text = await own.text();
  assert.match(text, /^<!doctype html><meta charset="utf-8"><base target="_blank">\n/);
  assert.doesNotMatch(text, /<(?:link|iframe|object)[\s/>]/i);
  assert.match(text, /<linked>/);
  assert.match(await remote.text(), /<LINK rel=preconnect/);
  assert.equal((await (await get(`/inbox/mails/${id}`)).json()).has_remote, true);
});

test('of a huge mail its page shows the beginning, and a mail that is gone is told', async (t) => {
  const { post, get } = await anInbox(t);
  const { body: { id } } = await post(aMail({ text: 'word '.repeat(1_000_000) }));
  const mail = await (await get(`/inbox/mails/${id}`)).json();
  assert.deepEqual([mail.text.length, mail.is_cut], [512 * 1024, true]);
  assert.equal((await (await get(`/inbox/mails/${id}/source`)).arrayBuffer()).byteLength, 512 * 1024);
  assert.ok((await (await get(`/inbox/mails/${id}/download`)).arrayBuffer()).byteLength > 5_000_000);
  assert.equal((await get('/inbox/mails', { method: 'DELETE' })).status, 200);
  for (const part of ['', '/html', '/source', '/download', '/attachments/0']) {
    const answer = await get(`/inbox/mails/${id}${part}`);
    assert.deepEqual([answer.status, (await answer.json()).code], [404, 'mail_not_found'], part);
  }
});

test('no page of elsewhere reads a mail or deletes it, by whatever name', async (t) => {
  const { post, list, port } = await anInbox(t);
  const { body: { id } } = await post(aMail());
  const own = `127.0.0.1:${port}`;
  /** @type {[Record<string, string>, number][]} */
  const cases = [
    [{ host: `evil.example:${port}` }, 421],
    [{ host: own, origin: 'https://evil.example' }, 403],
    [{ host: own, origin: 'null' }, 403],
    [{ host: own, origin: HOME }, 403],
    [{ host: own, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }, 403],
    [{ host: own, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, 403],
  ];
  for (const [headers, status] of cases) {
    for (const [method, path] of [['GET', '/inbox'], ['GET', '/inbox/mails'], ['GET', '/inbox/events'], ['GET', `/inbox/mails/${id}/html`], ['DELETE', '/inbox/mails'], ['POST', `/inbox/mails/${id}/read`]]) {
      assert.equal(await statusOf(port, method, path, headers), status, `${method} ${path} ${JSON.stringify(headers)}`);
    }
  }
  assert.deepEqual([(await list()).total, (await list()).unread], [1, 1]);
  for (const path of ['//[', '/\\', '/%', '/inbox/%E0%A4%A', '/assets/../../package.json', '/assets/..%2finbox.html']) {
    assert.ok([400, 404].includes(await statusOf(port, 'GET', path, { host: own })), path);
  }
  assert.equal((await list()).total, 1);
});

/** `fetch` would choose some of these headers, and tidy the path up. @param {number} port @param {string} method @param {string} path @param {Record<string, string>} headers @returns {Promise<number>} */
function statusOf(port, method, path, headers) {
  return new Promise((resolve, reject) => {
    http.request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      response.destroy();
      resolve(response.statusCode ?? 0);
    }).on('error', reject).end();
  });
}
