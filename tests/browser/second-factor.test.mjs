// @ts-check
// A second factor by the pages: added by its image or key, asked for at the next sign-in, taken away; and the pages of platform
// admins, which wait for one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { sql } from '../end-to-end/platform/clients.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { signedIn } from '../end-to-end/platform/people.mjs';
import { hindrances } from './axe.mjs';
import { keepScreenshot, newVisitor } from './chromium.mjs';
import { signIn } from './sign-in-page.mjs';

/** @param {string} key as the page shows it */
const codeOf = (key) => new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) }).generate();

test('a platform admin adds an app, and their pages open; the next sign-in asks for its code', async () => {
  const person = await signedIn({ display_name: 'Ada' });
  await sql`insert into public.user_roles (user_id, role) values (${person.id}, 'platform_admin')`;
  const { page, context } = await newVisitor();
  await signIn(page, person.email);
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByText('only with a second factor').waitFor();
  assert.equal(await page.locator('#log').isHidden(), true);
  assert.deepEqual(await hindrances(page), []);
  await keepScreenshot(page, 'second-factor-needed');
  await page.getByRole('link', { name: 'Add one' }).click();
  await page.getByRole('button', { name: 'Add an authenticator app' }).click();

  await page.getByRole('img', { name: 'The key as an image' }).waitFor();
  const image = page.locator('#factor-image');
  assert.ok(await image.evaluate((/** @type {HTMLImageElement} */ one) => one.decode().then(() => one.naturalWidth > 20)), 'the image is none');
  const key = await page.locator('#factor-secret').innerText();
  assert.match(await page.locator('#factor-link').getAttribute('href') ?? '', new RegExp(`^otpauth://totp/.*secret=${key.replaceAll(' ', '')}`));
  assert.deepEqual(await hindrances(page), []);
  await keepScreenshot(page, 'second-factor-adding');
  await page.getByLabel('Code that the app shows now').fill('000000');
  await page.getByRole('button', { name: 'Add this app' }).click();
  await page.getByText('That code is wrong, or over').waitFor();
  const code = codeOf(key);
  await page.getByLabel('Code that the app shows now').fill(`${code.slice(0, 3)} ${code.slice(3)}`);
  await page.getByRole('button', { name: 'Add this app' }).click();
  await page.getByText('each sign-in asks for a code from now on').waitFor();
  assert.equal(await image.getAttribute('src'), null, 'the key is gone from the page');
  await keepScreenshot(page, 'second-factor-added');
  await page.goto(`${environment.siteUrl}/audit`);
  await page.locator('#log').waitFor();

  const later = await newVisitor({ viewport: { width: 390, height: 844 } });
  await signIn(later.page, person.email);
  await later.page.getByRole('heading', { name: 'The code of your app' }).waitFor();
  assert.deepEqual(await hindrances(later.page), []);
  await keepScreenshot(later.page, 'second-factor-code');
  // Half a sign-in is none.
  await later.page.goto(`${environment.siteUrl}/audit`);
  await later.page.getByText('Sign in as a platform admin').waitFor();
  await later.page.goto(`${environment.siteUrl}/sign-in`);
  await later.page.getByLabel('Code').fill('000000');
  await later.page.getByRole('button', { name: 'Go on' }).click();
  await later.page.getByText('That code is wrong, or over').waitFor();
  await later.page.getByLabel('Code').fill(codeOf(key));
  await later.page.getByRole('button', { name: 'Go on' }).click();
  await later.page.getByRole('heading', { name: 'Hello, Ada' }).waitFor();
  await later.page.goto(`${environment.siteUrl}/audit`);
  await later.page.locator('#log').waitFor();
  await Promise.all([context.close(), later.context.close()]);
});

test('of two apps the one is removed by which this session was shown: the other is asked for', async () => {
  const person = await signedIn({ display_name: 'Cy' });
  const { page, context } = await newVisitor();
  await signIn(page, person.email);
  await page.getByRole('heading', { name: 'Hello, Cy' }).waitFor();
  await page.goto(`${environment.siteUrl}/devices`);
  const keys = [];
  for (const name of ['Add an authenticator app', 'Add another app']) {
    await page.getByRole('button', { name }).click();
    await page.getByLabel('Code that the app shows now').waitFor();
    keys.push(await page.locator('#factor-secret').innerText());
    await page.getByLabel('Code that the app shows now').fill(codeOf(keys.at(-1) ?? ''));
    await page.getByRole('button', { name: 'Add this app' }).click();
    await page.getByText('each sign-in asks for a code from now on').waitFor();
  }
  await page.getByRole('button', { name: /^Remove Authenticator app 2/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove it' }).click();
  await page.getByRole('heading', { name: 'The code of your app' }).waitFor();
  await page.getByLabel('Code').fill(codeOf(keys[0]));
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('heading', { name: 'Hello, Cy' }).waitFor();
  await context.close();
});

test('whoever removes their app signs in by the password alone again; what was begun and left is not asked for', async () => {
  const person = await signedIn({ display_name: 'Bo' });
  const { page, context } = await newVisitor();
  await signIn(page, person.email);
  await page.getByRole('heading', { name: 'Hello, Bo' }).waitFor();
  await page.goto(`${environment.siteUrl}/devices`);
  await page.getByRole('button', { name: 'Add an authenticator app' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Add an authenticator app' }).click();
  await page.getByLabel('Code that the app shows now').waitFor();
  const key = await page.locator('#factor-secret').innerText();
  await page.getByLabel('Code that the app shows now').fill(codeOf(key));
  await page.getByRole('button', { name: 'Add this app' }).click();
  await page.getByRole('button', { name: /^Remove Authenticator app/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove it' }).click();
  await page.getByText('Removed.', { exact: true }).waitFor();
  const [{ count }] = await sql`select count(*)::int from auth.mfa_factors where user_id = ${person.id}`;
  assert.equal(count, 0);
  await page.reload();
  await page.getByText('This device').waitFor();

  const later = await newVisitor();
  await signIn(later.page, person.email);
  await later.page.getByRole('heading', { name: 'Hello, Bo' }).waitFor();
  await Promise.all([context.close(), later.context.close()]);
});
