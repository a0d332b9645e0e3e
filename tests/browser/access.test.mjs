// @ts-check
// The pages without a mouse, without sight, and for a scanner that opens links.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { mailTo, tokenIn } from '../end-to-end/platform/inbox.mjs';
import { PASSWORD, newAddress, signedIn, unconfirmed } from '../end-to-end/platform/people.mjs';
import { keepScreenshot, newVisitor } from './chromium.mjs';
import { obstacles } from './obstacles.mjs';

describe('every page', () => {
  const paths = ['/', '/sign-up', '/complete-sign-up', '/sign-in', '/confirm-email', '/forgot-password', '/reset-password'];
  const own = ['/sessions', '/find', '/practice', '/devices', '/preferences', '/privacy', '/calendar', '/company', '/documents', '/review'];
  for (const path of [...paths, '/reset-password#token=any', '/unsubscribe', '/unsubscribe#token=any', '/accept-invitation', ...own, '/nowhere']) {
    test(`${path} has names, labels, one heading, and fits a telephone`, async () => {
      const { page, context } = await newVisitor({ viewport: { width: 360, height: 740 } });
      await page.goto(environment.siteUrl + path, { waitUntil: 'networkidle' });
      assert.deepEqual(await page.evaluate(obstacles), []);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${overflow} px too wide`);
      await context.close();
    });
  }

  test('also for somebody who is signed in', async () => {
    const { client } = await signedIn({ display_name: 'Ada' });
    const { page, context } = await newVisitor();
    await page.goto(environment.siteUrl);
    const { data } = await client.auth.getSession();
    await page.evaluate((session) => {
      const key = `sb-${location.hostname.split('.')[0]}-auth-token`;
      localStorage.setItem(key, JSON.stringify(session));
    }, data.session);
    for (const path of ['/', '/company', '/documents', '/review', '/sessions', '/find', '/practice', '/devices', '/calendar', '/privacy', '/preferences']) {
      await page.goto(environment.siteUrl + path, { waitUntil: 'networkidle' });
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      assert.deepEqual(await page.evaluate(obstacles), []);
    }
    await keepScreenshot(page, 'preferences');
    await context.close();
  });
});

test('signing up and signing in with the keyboard alone', async () => {
  const email = newAddress('keys');
  const { page, context } = await newVisitor();
  await page.goto(`${environment.siteUrl}/sign-up`);
  await page.keyboard.press('Tab');
  assert.match(await focused(page), /Skip to content/, 'the first stop is no way past the navigation');
  await tabTo(page, 'E-mail address');
  await page.keyboard.type(email);
  await page.keyboard.press('Enter');
  await page.getByText(email).waitFor();

  await page.goto(`${environment.siteUrl}/complete-sign-up#token=${tokenIn(await mailTo(email), 'complete-sign-up')}`);
  for (const [label, text] of [['Name', 'Keys'], ['New password', PASSWORD]]) {
    await tabTo(page, label);
    await page.keyboard.type(text);
  }
  for (const label of ['I accept the terms', 'I have read the privacy notice']) {
    await tabTo(page, label);
    await page.keyboard.press('Space');
  }
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Your account is ready' }).waitFor();
  await tabTo(page, 'Sign in', 'main');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/sign-in');
  for (const [label, text] of [
    ['E-mail address', email],
    ['Password', PASSWORD],
  ]) {
    await tabTo(page, label);
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Hello, Keys' }).waitFor();
  await context.close();
});

test('choosing a new password with the keyboard alone, and what a screen reader hears', async () => {
  const { page, context } = await newVisitor();
  await page.route('**/auth-password-reset-complete', (route) => route.fulfill({ json: { status: 'password_updated' } }));
  await page.goto(`${environment.siteUrl}/reset-password#token=any`);
  await tabTo(page, 'New password');
  await page.keyboard.type('too short');
  await page.getByRole('status').filter({ hasText: 'Not met: 12 characters or more.' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: '12 characters or more' }).waitFor();
  assert.equal(await focused(page), 'New password', 'the focus left the field that is to be corrected');
  await page.keyboard.press('End');
  await page.keyboard.type(', now it is long');
  await page.getByRole('status').filter({ hasText: 'Strength: Strong.' }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  assert.equal(await page.getByLabel('New password').getAttribute('type'), 'text');
  await tabTo(page, 'Save the new password');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Your password is changed' }).waitFor();
  assert.equal(await focused(page), 'Your password is changed');
  await context.close();
});

test('a scanner that opens the link of a mail, scripts and all, confirms nothing', async () => {
  const person = await unconfirmed();
  const token = tokenIn(await mailTo(person.email));
  const { page, context } = await newVisitor();
  for (let visit = 0; visit < 3; visit += 1) {
    await page.goto('about:blank');
    await page.goto(`${environment.siteUrl}/confirm-email#token=${token}`, { waitUntil: 'networkidle' });
  }
  const [profile] = await sql`select email_confirmed_at from public.profiles where id = ${person.id}`;
  assert.equal(profile.email_confirmed_at, null);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('Your address is confirmed').waitFor();
  await context.close();
});

test('a link that is spoilt says so and offers another one', async () => {
  const { page, context } = await newVisitor();
  await page.goto(`${environment.siteUrl}/confirm-email#token=${Buffer.alloc(48, 1).toString('base64url')}`);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('This link is not valid').waitFor();
  await page.getByLabel('E-mail address').fill(newAddress('nobody'));
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByRole('status').filter({ hasText: 'If this address' }).waitFor();
  await keepScreenshot(page, 'link-not-valid');
  await context.close();
});

test('who asks for another link too often is told for how long to wait', async () => {
  const { page, context } = await newVisitor();
  await page.goto(`${environment.siteUrl}/confirm-email`);
  await page.route(/auth-email-verify\/resend/, (route) => route.fulfill({ status: 429, headers: { 'retry-after': '240' }, json: { code: 'rate_limited' } }));
  await page.getByLabel('E-mail address').fill(newAddress());
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByText('Please try again in 4 minutes.').waitFor();
  await context.close();
});

/** What has the focus: its label or text. @param {import('playwright-core').Page} page */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
    return (labels[0]?.textContent ?? element?.textContent ?? '').trim();
  });
}

/** @param {import('playwright-core').Page} page @param {string} name @param {string} [within] a selector around it */
async function tabTo(page, name, within = 'body') {
  for (let stop = 0; stop < 40; stop += 1) {
    await page.keyboard.press('Tab');
    const inside = await page.evaluate((selector) => Boolean(document.activeElement?.closest(selector)), within);
    if (inside && (await focused(page)).startsWith(name)) {
      const outlined = await page.evaluate(() => {
        const style = getComputedStyle(/** @type {Element} */ (document.activeElement));
        return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
      });
      assert.ok(outlined, `one does not see that "${name}" has the focus`);
      return;
    }
  }
  throw new Error(`"${name}" cannot be reached with the Tab key`);
}
