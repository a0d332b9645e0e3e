// @ts-check
// Feature flags, as a platform admin adds one, turns it on for a share and a company, and takes it away.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { aCustomer, memberOf, platformAdmin } from '../end-to-end/platform/companies.mjs';
import { signedIn } from '../end-to-end/platform/people.mjs';
import { hindrances } from './axe.mjs';
import { keepScreenshot } from './chromium.mjs';
import { onPage } from './documents-page.mjs';
import { obstacles } from './obstacles.mjs';

/** What a person is served of a flag. @param {{ client: import('@supabase/supabase-js').SupabaseClient }} person @param {string} key */
async function served({ client }, key) {
  const { data } = await client.rpc('evaluate_feature_flags', { p_flag_key: key });
  return data?.[0]?.variant ?? null;
}

test('a flag comes in off, is turned on for all, for a share and for a company, and goes', async () => {
  const [admin, customer] = [await platformAdmin(), await aCustomer()];
  const employee = await memberOf(customer.company, 'employee');
  const key = `test-${randomBytes(5).toString('hex')}`;
  const { page, complaints } = await onPage(admin, '/flags');
  await page.getByLabel('Name such as').fill(key);
  await page.getByLabel('What it switches').fill('The search of the test');
  await page.getByLabel('Owner').fill('Search');
  await page.getByLabel('To be taken away by', { exact: true }).fill('2030-05-01');
  await page.getByRole('button', { name: 'Add the flag' }).click();
  await page.getByText(`${key} is there, and off.`).waitFor();
  const row = page.getByRole('listitem').filter({ hasText: key });
  await row.getByText('Off', { exact: true }).waitFor();
  await row.getByText('The search of the test (Search, to go by 1 May 2030)').waitFor();
  assert.equal(await served(employee, key), 'off');

  await page.getByRole('button', { name: `Change ${key}` }).click();
  await page.getByLabel('Switched on').check();
  await page.getByRole('button', { name: 'Save' }).click();
  await row.getByText('on for all').waitFor();
  assert.equal(await served(employee, key), 'on');
  await page.getByLabel('For how many of 100 people').fill('25');
  await page.getByLabel('Until if it').fill('2030-04-01T12:00');
  await page.getByRole('button', { name: 'Save' }).click();
  await row.getByText('on for 25 of 100, until 1 Apr 2030, 12:00').waitFor();
  assert.equal(await page.getByLabel('Until if it').inputValue(), '2030-04-01T12:00');
  // The browser is in São Paulo.
  const [flag] = await sql`select rollout, ends_at from public.feature_flags where key = ${key}`;
  assert.deepEqual([flag.rollout, flag.ends_at.toISOString()], [[['on', 25], ['off', 75]], '2030-04-01T15:00:00.000Z']);

  // Nobody but the company is served it.
  await page.getByLabel('For how many of 100 people').fill('0');
  await page.getByRole('button', { name: 'Save' }).click();
  await row.getByText(/^on for nobody/).waitFor();
  assert.equal(await served(employee, key), 'off');
  await page.getByLabel('Company its name').fill(customer.company.name);
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByLabel('Which', { exact: true }).selectOption(customer.company.id);
  await page.getByLabel('Is served', { exact: true }).selectOption('on');
  await page.getByRole('button', { name: 'Serve it to them' }).click();
  await page.getByText('They are served "on".').waitFor();
  assert.equal(await served(employee, key), 'on');
  assert.deepEqual(await page.evaluate(obstacles), []);
  assert.deepEqual(await hindrances(page), []);
  await page.locator('#one').scrollIntoViewIfNeeded();
  await keepScreenshot(page, 'flags');
  await page.getByRole('button', { name: `As everybody: ${customer.company.name}` }).click();
  await page.getByText('They are served what everybody is.').waitFor();
  assert.equal(await served(employee, key), 'off');

  // Of two admins who change it at once the second is told.
  await sql`update public.feature_flags set description = 'Changed by somebody else' where key = ${key}`;
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Somebody has changed it meanwhile').waitFor();
  await page.reload();
  await page.getByRole('button', { name: `Change ${key}` }).click();
  await page.getByLabel('From if not').fill('2030-04-02T12:00');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('It ends after it starts.').waitFor();
  await page.setViewportSize({ width: 320, height: 640 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await keepScreenshot(page, 'flags-phone');
  await page.getByRole('button', { name: 'Take the flag away' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take it away' }).click();
  await row.waitFor({ state: 'detached' });
  assert.equal((await sql`select from public.feature_flags where key = ${key}`).length, 0);
  assert.deepEqual(complaints, []);
});

test('a part of the product is not switched off by mistake, nor its flag taken away', async () => {
  const { page } = await onPage(await platformAdmin(), '/flags');
  await page.getByRole('button', { name: 'Change phase-recordings' }).click();
  assert.equal(await page.getByRole('button', { name: 'Take the flag away' }).isVisible(), false);
  await page.getByLabel('Switched on').uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').getByText('Recordings of sessions: nobody begins anything new of it from now on.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  const [phase] = await sql`select is_on from public.feature_flags where key = 'phase-recordings'`;
  assert.equal(phase.is_on, true);

  const stranger = await onPage(await signedIn(), '/flags');
  await stranger.page.getByText('This page is for platform admins, and you are not one.').waitFor();
  assert.equal(await stranger.page.locator('#flags').isVisible(), false);
});
