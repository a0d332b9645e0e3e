// @ts-check
// ./scripts/mail-health against a DNS server of the tests, and mails that arrived.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import dgram from 'node:dgram';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { decode, encode } from 'dns-packet';
import { projectRoot } from '../stack/settings.mjs';

const DOMAIN = 'evenkeel.example';
const rsa = (/** @type {number} */ bits) => generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const KEY = rsa(2048);
/** A domain that is in order. @type {Record<string, string[]>} */
const GOOD = {
  'send.evenkeel.example': ['google-site-verification=x', 'v=spf1 include:mailer.example ~all'],
  'mailer.example': ['v=spf1 ip4:192.0.2.0/24 -all'],
  'resend._domainkey.evenkeel.example': [`p=${KEY}`],
  '_dmarc.evenkeel.example': ['v=DMARC1; p=quarantine; rua=mailto:dmarc@evenkeel.example'],
};
const SIGNATURE = `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=${DOMAIN}; s=resend;\r\n\th=From:To:Subject:List-Unsubscribe:\r\n\tList-Unsubscribe-Post; bh=x; b=y`;
const HEADERS = 'List-Unsubscribe: <https://a.example/functions/v1/email-unsubscribe?token=x>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click';

/** What the server answers: texts by name, or a code of failure. @type {Record<string, string[] | 'SERVFAIL'>} */
let records = GOOD;
const server = dgram.createSocket('udp4');
/** @type {string} */
let folder;

before(async () => {
  server.on('message', (message, from) => {
    const query = decode(message);
    const [question] = query.questions ?? [];
    const found = records[question.name.toLowerCase()];
    const rcode = found === 'SERVFAIL' ? 2 : found ? 0 : 3;
    const answers = Array.isArray(found) ? found.map((text) => ({ type: /** @type {const} */ ('TXT'), name: question.name, ttl: 1, data: text.match(/.{1,255}/g) ?? [''] })) : [];
    // The low bits of the flags are the code of the answer.
    server.send(encode({ type: 'response', id: query.id, flags: 0x180 | rcode, questions: query.questions, answers }), from.port, from.address);
  });
  await new Promise((resolve) => server.bind(0, '127.0.0.1', () => resolve(undefined)));
  folder = await mkdtemp(path.join(tmpdir(), 'mail-health-'));
});
after(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

/** @param {string[]} args @param {Record<string, string>} [env] @returns {Promise<{ status: number, text: string }>} */
function run(args, env = {}) {
  const { DATABASE_URL: _, ...rest } = process.env;
  return new Promise((resolve) => execFile(path.join(projectRoot, 'scripts/mail-health'), args, { env: { ...rest, ...env } }, (error, out, err) =>
    resolve({ status: error ? Number(error.code) : 0, text: out + err })));
}

/** @param {Record<string, string[] | 'SERVFAIL'>} [other] records than the good ones @param {string[]} [more] */
function look(other = {}, more = []) {
  records = { ...GOOD, ...other };
  return run(['--domain', DOMAIN, '--resolver', `127.0.0.1:${server.address().port}`, ...more]);
}

test('a domain in order passes', async () => {
  const { status, text } = await look();
  assert.equal(text, [
    'ok    SPF: send.evenkeel.example: v=spf1 include:mailer.example ~all',
    'ok    DKIM: resend._domainkey.evenkeel.example: RSA, 2048 bits',
    'ok    DMARC: v=DMARC1; p=quarantine; rua=mailto:dmarc@evenkeel.example\n',
  ].join('\n'));
  assert.equal(status, 0);
});

describe('what is wrong is said, and fails', () => {
  const spf = 'send.evenkeel.example';
  const dkim = 'resend._domainkey.evenkeel.example';
  const chain = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`s${n}.example`, [`v=spf1 include:s${n + 1}.example -all`]]));
  /** @type {[string, Record<string, string[] | 'SERVFAIL'>, RegExp][]} */
  const cases = [
    ['no SPF', { [spf]: [] }, /^WRONG SPF: send\.evenkeel\.example has no policy/m],
    ['two SPF', { [spf]: ['v=spf1 -all', 'v=spf1 ~all'] }, /has 2 policies, which counts as none/],
    ['everybody may send', { [spf]: ['v=spf1 +all'] }, /lets every server on earth send/],
    ['all without a sign', { [spf]: ['v=spf1 all'] }, /lets every server on earth send/],
    ['neutral', { [spf]: ['v=spf1 ?all'] }, /is neutral/],
    ['no end', { [spf]: ['v=spf1 ip4:192.0.2.1'] }, /says nothing of other servers/],
    ['an include of nothing', { 'mailer.example': [] }, /mailer\.example has no policy/],
    ['too many lookups', { ...chain, [spf]: ['v=spf1 include:s0.example -all'] }, /asks DNS 1[1-9] times/],
    ['a circle of includes', { [spf]: ['v=spf1 include:send.evenkeel.example include:nobody.example -all'] }, /nobody\.example has no policy/],
    ['no key', { [dkim]: [] }, /^WRONG DKIM: resend\._domainkey\.evenkeel\.example has no key/m],
    ['a key that was revoked', { [dkim]: ['v=DKIM1; p='] }, /was revoked/],
    ['a short key', { [dkim]: [`v=DKIM1; k=rsa; p=${rsa(768)}`] }, /has 768 bits/],
    ['a key cut off', { [dkim]: [`p=${KEY.slice(0, 200)}`] }, /cannot be read/],
    ['two keys', { [dkim]: [`p=${KEY}`, `p=${KEY}`] }, /has 2 keys/],
    ['no DMARC', { '_dmarc.evenkeel.example': [] }, /^WRONG DMARC: _dmarc\.evenkeel\.example has 0 policies/m],
    ['a wish for nothing', { '_dmarc.evenkeel.example': ['v=DMARC1; p=none'] }, /do nothing with forged mail/],
    ['DNS out of order', { [dkim]: 'SERVFAIL' }, /DNS does not answer for resend/],
  ];
  for (const [name, other, expected] of cases) {
    test(name, async () => {
      const { status, text } = await look(other);
      assert.match(text, expected);
      assert.equal(status, 1);
    });
  }
});

test('a key may be of Ed25519, and the selector and the return path one\'s own', async () => {
  const { status, text } = await look(
    { 'k1._domainkey.evenkeel.example': [`v=DKIM1; k=ed25519; p=${Buffer.alloc(32, 7).toString('base64')}`], 'bounce.evenkeel.example': ['v=spf1 redirect=mailer.example'] },
    ['--selector', 'k1', '--return-path', 'bounce.evenkeel.example'],
  );
  assert.match(text, /^ok {4}DKIM: k1\._domainkey\.evenkeel\.example: Ed25519/m);
  assert.equal(status, 0, text);
});

describe('a mail that arrived', () => {
  /** @type {[string, string, RegExp, number][]} */
  const cases = [
    ['has both headers, signed', `${SIGNATURE}\r\n${HEADERS}\r\nSubject: a\r\n\r\nbody`, /^ok {4}Unsubscribe: both headers/m, 0],
    ['has none', 'Subject: a\r\n\r\nList-Unsubscribe: <https://in.the.body>', /0 headers list-unsubscribe, not one/, 1],
    ['has one by mail alone', `${SIGNATURE}\nList-Unsubscribe: <mailto:a@b.c>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n\n`, /no https address/, 1],
    ['is signed by another', `${SIGNATURE.replace(`d=${DOMAIN}`, 'd=mailer.example')}\n${HEADERS}\n\n`, /no DKIM signature is of evenkeel\.example/, 1],
    ['is signed without them', `${SIGNATURE.replace(':List-Unsubscribe:\r\n\tList-Unsubscribe-Post', '')}\n${HEADERS}\n\n`, /leaves the headers to unsubscribe out/, 1],
  ];
  for (const [name, source, expected, expectedStatus] of cases) {
    test(name, async () => {
      const file = path.join(folder, 'mail.eml');
      await writeFile(file, source);
      const { status, text } = await look({}, ['--mail', file]);
      assert.match(text, expected);
      assert.equal(status, expectedStatus, text);
    });
  }
});

test('a database that cannot be asked is a fault, and its address is not shown', async () => {
  const { status, text } = await run(['--domain', DOMAIN, '--resolver', `127.0.0.1:${server.address().port}`], { DATABASE_URL: 'postgresql://me:hunter2@127.0.0.1:1/x' });
  assert.match(text, /WRONG Outbox: the database of DATABASE_URL cannot be asked: ECONNREFUSED/);
  assert.doesNotMatch(text, /hunter2/);
  assert.equal(status, 1);
});

test('who calls it wrongly is told how', async () => {
  for (const args of [[], ['--domain', 'x'], ['--domain', DOMAIN, '--other'], ['--domain', DOMAIN, '--resolver', 'dns'], ['--domain', DOMAIN, '--mail', '/nowhere']]) {
    const { status, text } = await run(args);
    assert.equal(status, 2, args.join(' '));
    assert.match(text, /^error: /m);
  }
});
