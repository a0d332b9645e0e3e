// @ts-check
// A link on its way from a mail to a page.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { pagePath, tokenIn } from '../assets/token.js';
import { LINKIFIERS } from './linkifiers.mjs';
import { LINKS, MAILS, filledIn } from './mails.mjs';

const TOKENS = 4_096;
const SITES = ['https://app.evenkeel.example', 'http://127.0.0.1:54321', 'https://evenkeel.co/wellbeing'];
const PAGES = ['confirm-email', 'complete-sign-up', 'reset-password', 'accept-invitation', 'confirm-new-address', 'keep-address', 'unsubscribe'];
/** @type {{ token: string, read: string[], refused: string[] }} also read by `core::token` */
const spellings = JSON.parse(readFileSync(new URL('tokens.json', import.meta.url), 'utf8'));

/** Without what `core::token` puts at the end. @param {number} n @returns {string} */
const bare = (n) => createHash('sha384').update(String(n)).digest('base64url');
const links = Array.from({ length: TOKENS }, (_, n) => ({
  n,
  token: bare(n),
  link: `${SITES[n % SITES.length]}/${PAGES[n % PAGES.length]}#token=${bare(n)}E`,
}));

/** @param {{ token: string, link: string }} sent @param {string[]} found @param {string} where */
function opens({ token, link }, found, where) {
  const [address] = found.filter((one) => one.includes('token='));
  assert.ok(address, `${where}: no link where ${link} was sent`);
  assert.equal(tokenIn(address), token, `${where}: ${address}`);
  assert.equal(pagePath(new URL(address).pathname), new URL(link).pathname, where);
}

test('every mail that has a link is tried', () => {
  assert.ok(MAILS.length >= 12, `${MAILS.length} mails`);
  assert.equal(MAILS.map(({ text, html }) => text + html).join().split('{{link}}').length - 1, LINKS);
});

/** @type {Record<string, (text: string) => string>} what becomes of a mail's text until somebody sees it */
const WAYS = {
  'as it is': (text) => text,
  'wrapped at 76': (text) => text.replace(/(?=.{77})(.{0,76}) /g, '$1\n'),
  'flowed at 78': (text) => text.replace(/(?=.{79})(.{0,77}) /g, '$1 \n'),
  'with CRLF, encoded and decoded': (text) => decodedText(encodedText(text.replaceAll('\n', '\r\n'))),
  'quoted in an answer': (text) => text.replace(/^/gm, '> '),
  'in one line': (text) => text.replace(/\s+/g, ' '),
};

for (const [name, linkify] of Object.entries(LINKIFIERS)) {
  test(`${name} finds the whole link in the text of every mail, for ${TOKENS} tokens`, () => {
    const ways = Object.entries(WAYS);
    for (const sent of links) {
      const mail = MAILS[sent.n % MAILS.length];
      const [how, way] = ways[Math.floor(sent.n / MAILS.length) % ways.length];
      opens(sent, linkify(way(filledIn(mail.text, sent.link))), `${mail.name}, ${how}`);
    }
  });

  test(`${name} finds it in a mail whose markup was taken off, and between all sorts of signs`, () => {
    const around = ['$.', '$,', '($)', '($).', '[$]', '<$>', '"$"', "'$'", '«$»', '„$“', '*$*', '$_', '$~', '$-', '$;', '$:', '$!', '$?', '$…', '$\u00a0ist', '$\t', '$\u200b', '$)', '$]', '$>', '$–', '$ -'];
    for (const sent of links.slice(0, TOKENS / 4)) {
      const mail = MAILS[sent.n % MAILS.length];
      opens(sent, linkify(filledIn(mail.html, sent.link).replace(/<[^>]*>/g, '')), mail.name);
      const pattern = around[sent.n % around.length];
      opens(sent, linkify(`See ${pattern.replace('$', sent.link)} today.`), pattern);
    }
  });
}

test('without a letter at the end links are cut, which the tests above would notice', () => {
  const last = { token: 'A'.repeat(63) + '-', link: `${SITES[0]}/confirm-email#token=${'A'.repeat(63)}-` };
  assert.throws(() => opens(last, LINKIFIERS.Thunderbird(`${last.link}\n`), ''));
});

test('the button of a mail is the link itself', () => {
  for (const sent of links.slice(0, MAILS.length)) {
    const html = filledIn(MAILS[sent.n].html, sent.link);
    assert.deepEqual([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href).filter((href) => href.includes('#')), [sent.link]);
  }
});

test('a token is read in whatever form it comes back, as the functions read it', () => {
  for (const text of spellings.read) {
    assert.equal(tokenIn(`https://app.evenkeel.example/confirm-email#token=${text}`), spellings.token, JSON.stringify(text));
    assert.equal(tokenIn(`https://app.evenkeel.example/confirm-email#token=${encodeURIComponent(text)}`), spellings.token, JSON.stringify(text));
  }
  for (const text of spellings.refused) assert.notEqual(tokenIn(`https://a.example/#token=${text}`), spellings.token);
});

const { token } = spellings;
/** @type {string[]} what programs, proxies and people make of an address */
const ADDRESSES = [
  `/confirm-email#token=${token}E`,
  `/confirm-email#token=${token}`,
  `/confirm-email%23token=${token}E`,
  `/confirm-email%2523token=${token}E`,
  `/confirm-email%23token%3D${token}E`,
  `/confirm-email%2523token%253D${token}E`,
  `/confirm-email/#token=${token}E`,
  `/confirm-email/%23token=${token}E`,
  `//confirm-email#token=${token}E`,
  `/confirm-email##token=${token}E`,
  `/confirm-email#%23token=${token}E`,
  `/confirm-email#/token=${token}E`,
  `/confirm-email#?token=${token}E`,
  `/confirm-email#!token=${token}E`,
  `/confirm-email?token=${token}E`,
  `/confirm-email%3Ftoken=${token}E`,
  `/confirm-email?utm_source=mail&amp;utm_medium=x#token=${token}E`,
  `/confirm-email#token=${token}E&utm_source=mail`,
  `/confirm-email#token=${token}E?utm_source=mail`,
  `/confirm-email#token=${token}E&amp;fbclid=abc`,
  `/confirm-email#utm_source=mail&amp;token=${token}E`,
  `/confirm-email#utm_source=mail&token=${token}E`,
  `/confirm-email&token=${token}E`,
  `/Confirm-Email#Token=${token}E`,
  `/CONFIRM-EMAIL#TOKEN=${token}E`,
  `/confirm-email#token=%20${token}E%20`,
  `/confirm-email#token=%3C${token}E%3E`,
  `/confirm-email#token==${token}E`,
  `/confirm-email#token=3D${token}E`,
  `/confirm-email#token=3D${token}`,
  `/confirm-email#token=3D${token.slice(0, 30)}=%0D%0A${token.slice(30)}E`,
  `/confirm-email#token=${token.slice(0, 30)}%20${token.slice(30)}E`,
  `/confirm-email#token=${token}E%`,
  `/confirm-email#token=${token}E%2`,
  `/confirm-email#access_token=abc&token=${token}E`,
  `/confirm-email#token=${token}E#token=${'A'.repeat(64)}`,
];

for (const address of ADDRESSES) {
  test(`${address.replace(token, '...')} leads to its page, with its token`, () => {
    assert.equal(tokenIn(`HTTPS://APP.Evenkeel.Example${address}`), token);
    assert.equal(pagePath(address.split(/[?#]/)[0]), '/confirm-email');
  });
}

test('what belongs to somebody else is no token', () => {
  for (const address of ['', '#', '#main', '#access_token=abc&refresh_token=abc', '?my-token=abc', '#token=', '#token', '#token=...', '#tokens=abc']) {
    assert.equal(tokenIn(`https://app.evenkeel.example/confirm-email${address}`), null, address);
  }
});

/** Quoted-printable (RFC 2045, section 6.7), in lines of 76. @param {string} text */
function encodedText(text) {
  const encoded = [...Buffer.from(text)].map((byte) => {
    const isPlain = (byte >= 33 && byte <= 126 && byte !== 61) || [10, 13, 32].includes(byte);
    return isPlain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  let line = 0;
  return encoded
    .map((one) => {
      line = one === '\n' ? 0 : line + one.length;
      if (line <= 75) return one;
      line = one.length;
      return `=\r\n${one}`;
    })
    .join('');
}

/** @param {string} text */
function decodedText(text) {
  const bytes = text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
