// @ts-check
// Where one is signed in: two browsers of one person, and one of them is ended by the other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visitor } from '../end-to-end/platform/clients.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { PASSWORD, signedIn } from '../end-to-end/platform/people.mjs';
import { keepScreenshot, newVisitor } from './chromium.mjs';
import { signIn } from './sign-in-page.mjs';

const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 ' +
  '(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
const LAPTOP = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0';

/**
 * A browser in which somebody has signed in.
 * @param {string} email @param {import('playwright-core').BrowserContextOptions} options
 */
async function browserOf(email, options) {
  const { page, context } = await newVisitor(options);
  await signIn(page, email);
  await page.getByRole('heading', { name: /^Hello/ }).waitFor();
  return { page, context };
}

/** What can be read with the token that a browser keeps. @param {import('playwright-core').Page} page */
function readWithToken(page) {
  return page.evaluate(async (apikey) => {
    const [kept] = Object.values(localStorage).map((value) => JSON.parse(value));
    const headers = { apikey, authorization: `Bearer ${kept.access_token}` };
    const response = await fetch('/rest/v1/profiles?select=email', { headers });
    return { token: kept.access_token, status: response.status, rows: await response.json() };
  }, environment.publishableKey);
}

test('a session that is ended on another device is refused at once', async () => {
  const { email, client } = await signedIn({ display_name: 'Ada' });
  await client.auth.signOut({ scope: 'local' });
  const laptop = await browserOf(email, { userAgent: LAPTOP });
  const phone = await browserOf(email, { userAgent: PHONE, viewport: { width: 390, height: 844 } });
  const before = await readWithToken(phone.page);
  assert.deepEqual([before.status, before.rows], [200, [{ email }]]);

  await laptop.page.getByRole('link', { name: 'Devices' }).click();
  const rows = laptop.page.getByRole('main').getByRole('listitem');
  await rows.filter({ hasText: 'Firefox' }).getByText('This device').waitFor();
  await rows.filter({ hasText: 'iPhone' }).getByText('from 127.0.0.1').waitFor();
  assert.equal(await rows.count(), 2);
  await keepScreenshot(laptop.page, 'devices');
  await phone.page.goto(`${environment.siteUrl}/devices`);
  await phone.page.getByText('This device').waitFor();
  await keepScreenshot(phone.page, 'devices-telephone');

  await laptop.page.getByRole('button', { name: /^Sign out Safari/ }).click();
  await laptop.page.getByRole('status').filter({ hasText: 'is signed out' }).waitFor();
  assert.equal(await rows.count(), 1);

  const after = await readWithToken(phone.page);
  assert.equal(after.token, before.token, 'the same token, and it has not expired');
  assert.deepEqual(after.rows, [], 'an ended session still reads');
  await phone.page.reload();
  await phone.page.getByText('This session has been ended').waitFor();
  await keepScreenshot(phone.page, 'sessions-ended');
  assert.equal(await phone.page.evaluate(() => localStorage.length), 0, 'the browser keeps a dead session');
  await laptop.page.reload();
  await laptop.page.getByText('This device').waitFor();
  await Promise.all([laptop.context.close(), phone.context.close()]);
});

test('all others end together, and this one goes on', async () => {
  const { email } = await signedIn();
  for (let i = 0; i < 2; i += 1) await visitor().auth.signInWithPassword({ email, password: PASSWORD });
  const { page, context } = await browserOf(email, { userAgent: LAPTOP });
  await page.goto(`${environment.siteUrl}/devices`);
  await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
  await page.getByRole('status').filter({ hasText: '3 other sessions are ended' }).waitFor();
  assert.equal(await page.getByRole('main').getByRole('listitem').count(), 1);
  assert.equal(await page.getByRole('button', { name: 'Sign out everywhere else' }).isHidden(), true);
  assert.deepEqual((await readWithToken(page)).rows, [{ email }]);
  await context.close();
});
