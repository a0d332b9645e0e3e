// @ts-check
// Every text of every mail, in every language, as it is read: light, dark and on a narrow phone; by screen readers; and by the
// mail programs that caniemail.com has tried.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { before, describe, test } from 'node:test';
import { caniemail } from 'caniemail';
import { sql } from '../end-to-end/platform/clients.mjs';
import { ask, platformAdmin } from '../end-to-end/platform/companies.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { newAddress } from '../end-to-end/platform/people.mjs';
import { OF_A_MAIL, hindrances } from './axe.mjs';
import { keepScreenshot, newVisitor } from './chromium.mjs';

/** It has no types. @type {{ simpleParser: (message: Buffer) => Promise<any> }} */
const { simpleParser } = createRequire(import.meta.url)('mailparser');

/** What most people read mail with. @type {import('caniemail').CanIEmailOptions['clients']} */
const PROGRAMS = [
  'gmail.desktop-webmail', 'gmail.android', 'gmail.ios', 'apple-mail.macos', 'apple-mail.ios', 'outlook.outlook-com', 'outlook.android',
  'outlook.ios', 'samsung-email.android',
];
/** Where it is not known, the light theme stands. */
const ENHANCEMENTS = new Set(['color-scheme CSS property']);

/** @type {Record<string, import('playwright-core').BrowserContextOptions>} */
const READERS = {
  light: { colorScheme: 'light', viewport: { width: 800, height: 900 } },
  dark: { colorScheme: 'dark', viewport: { width: 800, height: 900 } },
  phone: { colorScheme: 'light', viewport: { width: 320, height: 640 } },
};

/** @typedef {{ name: string, subject: string, html: string, text: string }} Mail */
/** @type {Mail[]} */
const mails = [];

before(async () => {
  const admin = await platformAdmin();
  const texts = await sql`
    select distinct on (key, locale) key, locale, subject, html, text from public.email_templates
    where published_at is not null and locale in ('en', 'de') order by key, locale, version desc`;
  for (const text of texts) {
    const { body } = await ask(admin, 'email-templates/preview', { ...text });
    assert.deepEqual(body.problems, [], `${text.key} ${text.locale}`);
    mails.push({ name: `${text.key}-${text.locale}`, ...body.mail });
  }
});

test('there are texts in both languages', () => {
  assert.ok(mails.length > 40, `${mails.length} texts`);
  assert.equal(mails.filter(({ name }) => name.endsWith('-de')).length, mails.length / 2);
});

for (const [reader, options] of Object.entries(READERS)) {
  test(`every mail is whole and can be read: ${reader}`, async () => {
    const { page, complaints } = await newVisitor({ ...options, javaScriptEnabled: true });
    for (const { name, html } of mails) {
      await page.setContent(html);
      const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(inner <= outer, `${name}: ${inner} px in ${outer}`);
      assert.deepEqual(await hindrances(page, OF_A_MAIL), [], `${name}, ${reader}`);
      await keepScreenshot(page, `mails/${name}-${reader}`);
    }
    assert.deepEqual(complaints, []);
  });
}

describe('for mail programs', () => {
  test('the HTML has nothing that one of them does not show', () => {
    for (const { name, html } of mails) {
      const found = [...caniemail({ clients: PROGRAMS, html }).issues.errors].flatMap(([program, issues]) =>
        issues.filter(({ title }) => !ENHANCEMENTS.has(title)).map(({ title }) => `${program}: ${title}`));
      assert.deepEqual(found, [], name);
    }
  });

  test('as a message each is read again whole, by a parser that is not ours', async () => {
    for (const { name, subject, html, text } of mails) {
      const posted = await fetch(`${environment.inboxUrl}/emails`, {
        method: 'POST',
        headers: { authorization: 'Bearer re_tests', 'content-type': 'application/json' },
        body: JSON.stringify({ from: 'Evenkeel <hello@evenkeel.test>', to: [newAddress()], subject, html, text }),
      });
      const { id } = await posted.json();
      const message = await fetch(`${environment.inboxUrl}/inbox/mails/${id}/download`);
      assert.equal(message.status, 200, name);
      const read = await simpleParser(Buffer.from(await message.arrayBuffer()));
      assert.deepEqual([read.subject, read.html.trim(), read.text.trim()], [subject, html.trim(), text.trim()], name);
    }
  });

  test('no mail is so long that it is cut off', () => {
    for (const { name, html } of mails) assert.ok(Buffer.byteLength(html) < 102_000, name);
  });
});
