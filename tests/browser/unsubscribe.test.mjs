// @ts-check
// The page on which mail is refused, from the link of a mail to its effect.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { send } from '../end-to-end/platform/events.mjs';
import { newAddress, signedIn } from '../end-to-end/platform/people.mjs';
import { keepScreenshot, newVisitor } from './chromium.mjs';
import { onPage } from './documents-page.mjs';
import { obstacles } from './obstacles.mjs';

after(() => sql.end());

/** @param {string} address */
const refusalsOf = async (address) => (await sql`select category from private.email_refusals where address_key = private.address_key(${address})`).map(({ category }) => category);

/** The address in the header of a mail, which a mail program may also open. @param {string} to @param {{ category?: string, userId?: string }} [mail] */
async function linkOf(to, mail) {
  const { mail: { headers = {} } } = await send(to, mail);
  return headers['List-Unsubscribe'].slice(1, -1);
}

test('the link leads to a page that says what it does, and does it when asked', async () => {
  const { id: userId, email } = await signedIn();
  const link = await linkOf(email, { category: 'reminder', userId });
  const { page, context, complaints } = await newVisitor({ viewport: { width: 360, height: 740 } });
  // A scanner of mail, scripts and all.
  for (let visit = 0; visit < 3; visit += 1) {
    await page.goto('about:blank');
    await page.goto(link, { waitUntil: 'networkidle' });
  }
  assert.equal(page.url(), `${environment.siteUrl}/unsubscribe`, 'the token has left the address bar');
  assert.deepEqual(await refusalsOf(email), []);
  await page.getByRole('heading', { name: 'No more reminders of sessions?' }).waitFor();
  assert.deepEqual(await page.evaluate(obstacles), []);
  await keepScreenshot(page, 'unsubscribe-1-asked');
  await page.getByRole('button', { name: 'Unsubscribe' }).click();
  await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor();
  assert.deepEqual(await refusalsOf(email), ['reminder']);
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'title', 'a screen reader goes on at the outcome');
  assert.deepEqual(await page.evaluate(obstacles), []);
  await keepScreenshot(page, 'unsubscribe-2-done');
  await page.getByRole('button', { name: 'Mail me again' }).click();
  await page.getByRole('heading', { name: 'You are mailed again' }).waitFor();
  assert.deepEqual(await refusalsOf(email), []);
  assert.equal(await page.getByRole('button', { name: 'Unsubscribe' }).isVisible(), true, 'and may change their mind once more');
  assert.deepEqual(complaints, []);
  await context.close();
});

test('somebody without an account sees the same', async () => {
  const { page, context } = await newVisitor();
  await page.goto(await linkOf(newAddress('stranger'), { category: 'account' }));
  await page.getByRole('heading', { name: 'No more mail about accounts and invitations?' }).waitFor();
  await page.getByRole('button', { name: 'Unsubscribe' }).click();
  await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor();
  await context.close();
});

test('a person sees in their preferences what a link refused, and takes it back there', async () => {
  const person = await signedIn();
  const address = person.email;
  // A mail that was not about the account, such as an invitation.
  const { page: link, context } = await newVisitor();
  await link.goto(await linkOf(address, { category: 'account' }));
  await link.getByRole('button', { name: 'Unsubscribe' }).click();
  await link.getByRole('heading', { name: 'You are unsubscribed' }).waitFor();
  await context.close();
  const { page } = await onPage(person, '/preferences');
  await page.locator('#content').waitFor();
  assert.equal(await page.getByLabel('Your account').isChecked(), false);
  assert.equal(await page.getByLabel('Reminders').isChecked(), true);
  await page.getByLabel('Your account').check();
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('Saved.').waitFor();
  assert.deepEqual(await refusalsOf(address), []);
});

test('a link that is cut off or made up says so', async () => {
  const { page, context } = await newVisitor();
  for (const token of ['AmZha2Vk', 'A'.repeat(64)]) {
    await page.goto('about:blank');
    await page.goto(`${environment.siteUrl}/unsubscribe#token=${token}`);
    await page.getByRole('button', { name: 'Unsubscribe' }).click();
    await page.getByRole('heading', { name: 'This link is not valid' }).waitFor();
  }
  await context.close();
});

test('where nothing answers the link stays good', async () => {
  const { id: userId, email } = await signedIn();
  const { page, context } = await newVisitor();
  await page.goto(await linkOf(email, { category: 'reminder', userId }));
  await page.route('**/functions/v1/email-unsubscribe**', (route) => route.fulfill({ status: 503, json: { code: 'upstream_unavailable' } }), { times: 1 });
  await page.getByRole('button', { name: 'Unsubscribe' }).click();
  await page.getByText('The link is still good').waitFor();
  await page.getByRole('button', { name: 'Unsubscribe' }).click();
  await page.getByRole('heading', { name: 'You are unsubscribed' }).waitFor();
  assert.deepEqual(await refusalsOf(email), ['reminder']);
  await context.close();
});
