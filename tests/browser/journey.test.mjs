// @ts-check
// What a newcomer does first, in a browser: sign up, find the mail, choose a password, sign in, book, be reminded.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { dispatch } from '../end-to-end/platform/functions.mjs';
import { PASSWORD, newAddress } from '../end-to-end/platform/people.mjs';
import { keepScreenshot, newVisitor } from './chromium.mjs';
import { followLink, openMail } from './inbox-page.mjs';
import { signIn } from './sign-in-page.mjs';

/** Makes the reminder of a session due, and does what pg_cron does every minute: that it does is tried in
 * end-to-end/reminder.test.mjs. @param {string} email */
async function remindNow(email) {
  await sql`
    update public.booking_reminders set due_at = now()
    where user_id = (select id from public.profiles where email = ${email}) and status = 'scheduled'`;
  await dispatch('booking-reminders-dispatch');
}

test('sign up, complete it, sign in, book, and be reminded', async () => {
  const email = newAddress('grace');
  const { page, context, complaints } = await newVisitor();

  await page.goto(environment.siteUrl);
  await keepScreenshot(page, '1-home');
  await page.getByRole('main').getByRole('link', { name: 'Sign up' }).click();
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByText(email).waitFor();
  await keepScreenshot(page, '2-signed-up');

  const mail = await openMail(page, email, /sign-up/i);
  await keepScreenshot(page, '3-mail');
  const completing = await followLink(context, mail, /sign-up/i);
  await completing.getByLabel('Name').fill('Grace');
  assert.equal(new URL(completing.url()).hash, '', 'the token stays in the address bar');
  await completing.getByLabel('I accept the terms').check();
  await completing.getByLabel('I have read the privacy notice').check();
  await completing.getByLabel('New password').fill('password12345');
  await completing.getByRole('button', { name: 'Make my account' }).click();
  await completing.getByRole('alert').filter({ hasText: 'guessed first' }).waitFor();
  await completing.getByLabel('New password').fill(PASSWORD);
  await keepScreenshot(completing, '4-complete');
  assert.equal((await sql`select from auth.users where email = ${email}`).length, 0, 'opening the link alone must make nothing');
  await completing.getByRole('button', { name: 'Make my account' }).click();
  await completing.getByRole('heading', { name: 'Your account is ready' }).waitFor();
  await keepScreenshot(completing, '5-completed');
  await completing.close();

  await signIn(page, email);
  await page.getByRole('heading', { name: 'Hello, Grace' }).waitFor();
  await page.getByRole('button', { name: 'Join the demo company' }).click();
  await page.getByText('You are now a member').waitFor();

  await book(page);
  await page.goto(environment.siteUrl);
  await page.getByText(/^Reminder /).waitFor();
  await keepScreenshot(page, '6-booked');

  await remindNow(email);
  await openMail(page, email, /reminder/i);
  await page.frameLocator('iframe').getByText(/Grace/).first().waitFor();
  await keepScreenshot(page, '7-reminder');
  assert.deepEqual(complaints, []);
  await context.close();
});

/** Books the first free time. @param {import('playwright-core').Page} page */
async function book(page) {
  await page.getByRole('link', { name: 'Find a time' }).click();
  await page.getByLabel('Session', { exact: true }).selectOption('Nutrition: Follow-up');
  // Times that were shown before are gone once hers are here.
  await Promise.all([
    page.waitForResponse((answer) => answer.url().endsWith('/rpc/available_slots') && /p_specialist_id":"/.test(answer.request().postData() ?? '')),
    page.getByLabel('Specialist', { exact: true }).selectOption('Carol Whitfield'),
  ]);
  await page.locator('.slots button').first().click();
  await page.getByRole('button', { name: 'Book it' }).click();
  await page.getByText('Booked for').waitFor();
}
