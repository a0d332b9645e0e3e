// @ts-check
// A forgotten password: the link in the mail, the rules, the new password, and what becomes of the old.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { PASSWORD, newAddress, signedIn } from '../end-to-end/platform/people.mjs';
import { keepScreenshot, newVisitor } from './chromium.mjs';
import { followLink, openMail } from './inbox-page.mjs';
import { signIn } from './sign-in-page.mjs';

const NEW_PASSWORD = 'seven green boats at anchor';

/** @typedef {import('playwright-core').Page} Page */

/** Asks for a link, as whoever cannot sign in does. @param {Page} page @param {string} email */
async function askForLink(page, email) {
  await page.goto(`${environment.siteUrl}/sign-in`);
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByText('If there is an account').waitFor();
}

/** Opens the link from the inbox. @param {Page} page @param {string} email */
async function openResetLink(page, email) {
  const mail = await openMail(page, email, /choose a new password/i);
  return followLink(page.context(), mail, /choose a new password/i);
}

/** @param {Page} page @param {string} password */
async function save(page, password) {
  await page.getByLabel('New password').fill(password);
  await page.getByRole('button', { name: 'Save the new password' }).click();
}

/** How the page shows a rule: met, broken, unknown or open. @param {Page} page @param {string} rule */
function standing(page, rule) {
  return page.getByRole('listitem').filter({ hasText: rule }).getAttribute('data-standing');
}

test('from the forgotten password to signing in with a new one', async () => {
  const { email, client } = await signedIn({ display_name: 'Ada' });
  const { page, context, complaints } = await newVisitor();
  await askForLink(page, email);
  await keepScreenshot(page, 'forgot-password');
  const reset = await openResetLink(page, email);
  /** @type {string[]} */
  const sent = [];
  reset.on('request', (request) => request.url().includes('reset-complete') && sent.push(request.url()));
  await reset.getByLabel('New password').waitFor();
  assert.equal(new URL(reset.url()).hash, '', 'the token stays in the address bar');
  await keepScreenshot(reset, 'reset-1-empty');

  await save(reset, 'Password1!');
  await reset.getByRole('alert').filter({ hasText: '12 characters or more' }).waitFor();
  assert.deepEqual(sent, [], 'what breaks a rule that the page knows is not sent');
  assert.equal(await standing(reset, '12 characters'), 'broken');
  assert.equal(await standing(reset, 'guessed first'), 'broken');
  await keepScreenshot(reset, 'reset-2-rules');

  // Only the function knows whose link it is.
  await save(reset, `${email.split('@')[0]} and some more`);
  await reset.getByRole('alert').filter({ hasText: 'Leave your e-mail address out' }).waitFor();
  assert.equal(await standing(reset, 'Without your e-mail'), 'broken');
  assert.equal(await reset.getByLabel('New password').getAttribute('aria-invalid'), 'true');
  await keepScreenshot(reset, 'reset-3-refused');

  await reset.getByLabel('New password').fill(NEW_PASSWORD);
  assert.equal(await standing(reset, 'Without your e-mail'), 'unknown', 'a refusal is of one password');
  await reset.getByText('Strong', { exact: true }).waitFor();
  await keepScreenshot(reset, 'reset-4-strong');
  await reset.getByRole('button', { name: 'Save the new password' }).click();
  await reset.getByRole('heading', { name: 'Your password is changed' }).waitFor();
  await keepScreenshot(reset, 'reset-5-changed');

  const { error } = await client.auth.getUser();
  assert.equal(error?.name, 'AuthSessionMissingError', 'a session from before goes on');
  await openMail(page, email, /password was changed/i);
  await keepScreenshot(page, 'reset-6-notice');

  assert.deepEqual(
    complaints.filter((one) => !one.includes('status of 422')),
    [],
  );
  await signIn(page, email, PASSWORD);
  await page.getByText('Address or password is wrong').waitFor();
  await page.getByText('Wait a little, or choose a new password').waitFor();
  await keepScreenshot(page, 'sign-in-refused');
  await signIn(page, email, NEW_PASSWORD);
  await page.getByRole('heading', { name: 'Hello, Ada' }).waitFor();
  await context.close();
});

describe('a link that no longer works says why, and another one is asked for there', () => {
  const hourAgo = sql`created_at = created_at - interval '1 hour', expires_at = now() - interval '1 minute'`;
  const cases = /** @type {const} */ ([
    ['This link has been used', sql`used_at = now()`],
    ['This link has expired', hourAgo],
    ['There is a newer link', sql`superseded_at = now()`],
    ['This link no longer works', sql`attempts = max_attempts`],
  ]);
  for (const [title, spoilt] of cases) {
    test(title, async () => {
      const { email, id } = await signedIn();
      const { page, context } = await newVisitor();
      await askForLink(page, email);
      const reset = await openResetLink(page, email);
      await sql`update public.password_reset_tokens set ${spoilt} where user_id = ${id}`;
      await save(reset, NEW_PASSWORD);
      await reset.getByRole('heading', { name: title }).waitFor();
      const focused = await reset.evaluate(() => document.activeElement?.id);
      assert.equal(focused, 'title', 'a screen reader is left where the form was');
      await reset.getByLabel('E-mail').fill(email);
      await reset.getByRole('button', { name: 'Send the link' }).click();
      await reset.getByRole('status').filter({ hasText: 'If there is an account' }).waitFor();
      if (title.includes('expired')) await keepScreenshot(reset, 'reset-expired');
      await context.close();
    });
  }
});

test('a link cut off, a network that asks too often, and a side that does not answer are told apart', async () => {
  const { page, context } = await newVisitor();
  const token = Buffer.alloc(48, 1).toString('base64url');
  await page.goto(`${environment.siteUrl}/reset-password#token=${token}`);
  await save(page, NEW_PASSWORD);
  await page.getByRole('heading', { name: 'This link is not valid' }).waitFor();

  const tooOften = { status: 429, headers: { 'retry-after': '10' } };
  await page.route('**/auth-password-reset-request', (route) => route.fulfill(tooOften));
  await page.getByLabel('E-mail').fill(newAddress('nobody'));
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByText('Please try again in 10 seconds').waitFor();

  await page.route('**/auth-password-reset-complete', (route) => route.fulfill({ status: 503 }));
  await page.goto('about:blank');
  await page.goto(`${environment.siteUrl}/reset-password#token=${token}`);
  await save(page, NEW_PASSWORD);
  await page.getByText('The link is still good').waitFor();
  await context.close();
});

test('a token leaves the address bar also where nothing else on the page works', async () => {
  const { page, context } = await newVisitor();
  await page.route('**/stack/config.json', (route) => route.fulfill({ status: 503 }));
  await page.goto(`${environment.siteUrl}/reset-password#token=secret`);
  await page.waitForLoadState('networkidle');
  assert.equal(new URL(page.url()).hash, '');
  await context.close();
});

test('no link signs anybody in to the account of whoever made it', async () => {
  const { client } = await signedIn({ display_name: 'Mallory' });
  const { data } = await client.auth.getSession();
  const { access_token = '', refresh_token = '' } = data.session ?? {};
  const { page, context } = await newVisitor();
  const carried = new URLSearchParams({ access_token, refresh_token, expires_in: '3600', token_type: 'bearer' });
  for (const place of ['/', '/reset-password', '/confirm-email']) {
    await page.goto(`${environment.siteUrl}${place}#token=x&${carried}`);
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
    await page.waitForLoadState('networkidle');
    assert.equal(await page.evaluate(() => localStorage.length), 0, place);
  }
  await context.close();
});
