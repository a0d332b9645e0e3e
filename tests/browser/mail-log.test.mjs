// @ts-check
// What was mailed, as a platform admin looks it up.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { platformAdmin } from '../end-to-end/platform/companies.mjs';
import { mailTo } from '../end-to-end/platform/inbox.mjs';
import { signedIn } from '../end-to-end/platform/people.mjs';
import { hindrances } from './axe.mjs';
import { keepScreenshot } from './chromium.mjs';
import { onPage } from './documents-page.mjs';
import { obstacles } from './obstacles.mjs';

test('an admin looks up what somebody was mailed, and that is written down', async () => {
  const [admin, reader] = [await platformAdmin(), await signedIn()];
  await sql`select private.enqueue_email('password_changed', ${reader.id}, ${reader.email}, '{"changed_at": "2026-11-29T10:00:00Z"}', 'security', ${`test:${reader.id}`})`;
  await mailTo(reader.email);
  const { page, complaints } = await onPage(admin, '/mail-log');
  await page.getByRole('rowheader', { name: 'Security' }).waitFor();
  await page.getByLabel('Reason').fill('Ticket 4711');
  await page.getByLabel('Person').fill(reader.id);
  await page.getByLabel('Mail', { exact: true }).selectOption('password_changed');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('1 found.').waitFor();
  const found = page.getByRole('listitem').filter({ hasText: 'id at the mailer' });
  await found.getByText(/^(Sent|Delivered)$/).waitFor();
  assert.deepEqual(await page.evaluate(obstacles), []);
  assert.deepEqual(await hindrances(page), []);
  await keepScreenshot(page, 'mail-log');
  const { data: own } = await reader.client.from('audit_logs').select('action').eq('action', 'communication_logs.read');
  assert.equal(own?.length, 1, 'whose mails were looked at does not see it');
  await page.getByLabel('Person').fill('');
  await page.getByRole('button', { name: 'Search' }).click();
  await found.waitFor({ state: 'detached' });
  await page.getByText(/\d found/).waitFor();
  assert.ok(!(await page.locator('#found').innerText()).includes(reader.id), 'of everybody\'s mails none says whose it is');
  await page.getByLabel('Person').fill('somebody');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('The id of an account looks like').waitFor();
  assert.deepEqual(complaints.filter((complaint) => !complaint.includes('status of 422')), []);
});

test('what failed is sent again', async () => {
  const { page } = await onPage(await platformAdmin(), '/mail-log');
  await page.getByLabel('Reason').fill('The mailer is back');
  await page.getByRole('button', { name: 'Send failed mails again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).click();
  await page.getByText(/^\d+ are sent again/).waitFor();
});

test('on a phone nothing is wider than the screen, and nobody else sees anything', async () => {
  const { page } = await onPage(await platformAdmin(), '/mail-log', { viewport: { width: 320, height: 640 } });
  await page.locator('#figures').waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await keepScreenshot(page, 'mail-log-phone');
  const stranger = await onPage(await signedIn(), '/mail-log');
  await stranger.page.getByText('This page is for platform admins, and you are not one.').waitFor();
  assert.equal(await stranger.page.getByLabel('Reason').isVisible(), false);
});
