// @ts-check
// The texts of mails, as a platform admin writes them.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { platformAdmin } from '../end-to-end/platform/companies.mjs';
import { mailsTo } from '../end-to-end/platform/inbox.mjs';
import { signedIn } from '../end-to-end/platform/people.mjs';
import { eventually } from '../end-to-end/platform/waiting.mjs';
import { hindrances } from './axe.mjs';
import { keepScreenshot } from './chromium.mjs';
import { onPage } from './documents-page.mjs';
import { obstacles } from './obstacles.mjs';

/** A language that nobody else's test writes in. */
const LANGUAGE = 'Polish';

before(() => sql`delete from public.email_templates where locale = 'pl' and published_at is null`);

test('an admin writes a text beside its preview, mails it to themselves and publishes it', async () => {
  const admin = await platformAdmin();
  const { page, complaints } = await onPage(admin, '/mails');
  await page.getByLabel('Mail', { exact: true }).selectOption('password_reset');
  await page.getByText('A new password is asked for.').waitFor();
  await page.getByText('is in force').waitFor();
  const frame = page.frameLocator('#previewed-html');
  await frame.getByRole('link', { name: 'Choose a new password' }).waitFor();
  assert.deepEqual(await page.evaluate(obstacles), []);
  assert.deepEqual(await hindrances(page), []);
  await keepScreenshot(page, 'mails');

  await page.getByLabel('Language').selectOption({ label: LANGUAGE });
  await page.locator('#version', { hasText: /There is no text in this language|draft|Version [2-9]/ }).waitFor();
  const subject = `Nowe hasło ${Date.now()}`;
  await page.getByLabel('Subject').fill(`${subject} {{surname}}`);
  await page.getByText('This mail has no variable surname.').first().waitFor();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await page.getByText('This text cannot be sent yet').waitFor();
  await page.getByLabel('Subject').fill(subject);
  await page.getByText('This mail has no variable surname.').first().waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Mail it to me' }).click();
  await page.getByText(`It is on its way to ${admin.email}.`).waitFor();
  const mail = await eventually('the mail', async () => (await mailsTo(admin.email)).find((one) => one.subject === subject));
  assert.match(mail.html, /a-link-of-its-own/);

  await page.getByLabel('As on a phone').check();
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Published: mails are written by it from now on.').waitFor();
  const [inForce] = await sql`
    select subject from public.email_templates where id = private.template_in_force('password_reset', 'pl')`;
  assert.equal(inForce.subject, subject);
  assert.deepEqual(complaints.filter((complaint) => !complaint.includes('status of 422')), []);
});

test('what is written and not saved is not lost by choosing another mail', async () => {
  const { page } = await onPage(await platformAdmin(), '/mails');
  await page.getByText('is in force').waitFor();
  await page.getByLabel('Subject').fill('Half written');
  await page.getByLabel('Mail', { exact: true }).selectOption('sign_up');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  assert.equal(await page.getByLabel('Subject').inputValue(), 'Half written');
  await page.getByLabel('Mail', { exact: true }).selectOption('sign_up');
  await page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
  await page.getByText('sent to an address that has none').waitFor();
});

test('on a phone nothing is wider than the screen', async () => {
  const { page } = await onPage(await platformAdmin(), '/mails', { viewport: { width: 320, height: 640 } });
  await page.getByText('is in force').waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await keepScreenshot(page, 'mails-phone');
});

test('nobody else sees a text', async () => {
  const { page } = await onPage(await signedIn(), '/mails');
  await page.getByText('This page is for platform admins, and you are not one.').waitFor();
  assert.equal(await page.getByLabel('Subject').isVisible(), false);
});
