// @ts-check
// The address that a calendar reads: made, copied, replaced and ended on its page.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { signedIn } from '../end-to-end/platform/people.mjs';
import { keepScreenshot } from './chromium.mjs';
import { visitorAs } from './visitor.mjs';

after(() => sql.end());

/** @param {string} address */
const statusOf = async (address) => (await fetch(address)).status;

test('somebody makes an address, copies it, makes another in its place, and ends that', async () => {
  const person = await signedIn({ display_name: 'Ada' });
  const { page, context, complaints } = await visitorAs(person, { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto(`${environment.siteUrl}/preferences`);
  await page.getByRole('link', { name: 'Your calendar' }).click();
  await page.getByText('There is none yet.').waitFor();
  await keepScreenshot(page, 'calendar');

  await page.getByRole('button', { name: 'Make an address' }).click();
  await page.getByRole('status').filter({ hasText: 'Made.' }).waitFor();
  const address = await page.getByLabel('Address', { exact: true }).inputValue();
  assert.match(address, /^http:\/\/.+\/functions\/v1\/calendar-feed\/[A-Za-z0-9_-]{64}E\.ics$/);
  assert.equal(await page.getByRole('link', { name: 'Open it in a calendar' }).getAttribute('href'), address.replace('http:', 'webcal:'));
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByRole('status').filter({ hasText: 'Copied.' }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), address);
  await keepScreenshot(page, 'calendar-made');
  assert.equal(await statusOf(address), 200);

  await page.reload();
  await page.getByText(/There is one since .+, last read/).waitFor();
  assert.equal(await page.getByLabel('Address', { exact: true }).isVisible(), false, 'it is shown once');
  await page.getByRole('button', { name: 'Make a new address' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await statusOf(address), 200, 'nothing was done');
  await page.getByRole('button', { name: 'Make a new address' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Make a new one' }).click();
  await page.getByText(/There is one since .+, not read yet/).waitFor();
  const second = await page.getByLabel('Address', { exact: true }).inputValue();
  assert.notEqual(second, address);
  assert.deepEqual([await statusOf(address), await statusOf(second)], [404, 200]);

  await page.getByRole('button', { name: 'End it' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
  await page.getByText('There is none yet.').waitFor();
  assert.equal(await page.getByLabel('Address', { exact: true }).isVisible(), false);
  assert.equal(await statusOf(second), 404);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('on a telephone, and for nobody', async () => {
  const { page, context } = await visitorAs(await signedIn(), { viewport: { width: 390, height: 844 } });
  await page.goto(`${environment.siteUrl}/calendar`);
  await page.getByRole('button', { name: 'Make an address' }).click();
  await page.getByRole('status').filter({ hasText: 'Made.' }).waitFor();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${overflow} px too wide`);
  await keepScreenshot(page, 'calendar-telephone');
  await context.close();
  const nobody = await visitorAs(null);
  await nobody.page.goto(`${environment.siteUrl}/calendar`);
  await nobody.page.getByText('Sign in to have your sessions').waitFor();
  assert.equal(await nobody.page.getByRole('button', { name: /address/ }).count(), 0);
  await nobody.context.close();
});
