// @ts-check
// The address of an account: changed, taken back, offered when joining, pressed for after leaving.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { mailTo, tokenIn } from '../end-to-end/platform/inbox.mjs';
import { PASSWORD, newAddress, signedIn } from '../end-to-end/platform/people.mjs';
import { keepScreenshot, newVisitor } from './chromium.mjs';
import { followLink, openMail } from './inbox-page.mjs';
import { acceptTerms, companyPage, invite, invitingCompany, openInvitation } from './inviting.mjs';
import { signIn } from './sign-in-page.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** Asks for another address by the page. @param {Page} page @param {string} email */
async function askFor(page, email) {
  await page.goto(`${environment.siteUrl}/preferences`);
  await page.getByRole('link', { name: 'Use another address' }).click();
  await page.getByLabel('New e-mail address').fill(email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByRole('status').filter({ hasText: 'on its way to the new address' }).waitFor();
}

test('from Preferences to the new address, and back by the link in the old mailbox', async () => {
  const { email } = await signedIn({ display_name: 'Ada' });
  const home = newAddress('home');
  const { page, context, complaints } = await newVisitor();
  await signIn(page, email);
  await page.getByText('Hello, Ada').waitFor();
  await askFor(page, home);
  await keepScreenshot(page, 'address-1-asked');

  const confirm = await followLink(context, await openMail(page, home, /confirm your new address/i), /confirm the address/i);
  await confirm.getByRole('button', { name: 'Use this address' }).waitFor();
  assert.equal(new URL(confirm.url()).hash, '', 'the token stays in the address bar');
  await keepScreenshot(confirm, 'address-2-confirm');
  await confirm.getByRole('button', { name: 'Use this address' }).click();
  await confirm.getByRole('heading', { name: 'Your account has this address now' }).waitFor();
  await confirm.getByRole('navigation').getByRole('link', { name: 'Sign in' }).waitFor();
  await keepScreenshot(confirm, 'address-3-confirmed');
  await signIn(confirm, home);
  await confirm.getByText('Hello, Ada').waitFor();

  const keep = await followLink(context, await openMail(page, email, /was changed/i), /take the account back/i);
  await keep.getByRole('button', { name: 'Keep this address' }).waitFor();
  await keepScreenshot(keep, 'address-4-keep');
  await keep.getByRole('button', { name: 'Keep this address' }).click();
  await keep.getByRole('heading', { name: 'Your account has this address again' }).waitFor();
  await keepScreenshot(keep, 'address-5-kept');
  await keep.getByRole('link', { name: 'Choose a new password' }).click();
  await keep.getByRole('heading', { name: 'Forgot your password?' }).waitFor();
  assert.deepEqual(complaints.filter((one) => !/401|403/.test(one)), []);
});

test('a link that is used, cut off or left out is explained', async () => {
  const { page } = await newVisitor();
  for (const [path, title] of [['confirm-new-address', 'Confirm your new address'], ['keep-address', 'Keep your address?']]) {
    await page.goto(`${environment.siteUrl}/${path}`);
    await page.getByText('Open this page with the link').waitFor();
    await page.goto('about:blank');
    await page.goto(`${environment.siteUrl}/${path}#token=cut-off`);
    await page.getByRole('heading', { name: title }).waitFor();
    await page.locator('#go').click();
    await page.getByRole('heading', { name: 'This link is not valid' }).waitFor();
  }
});

test('an address of one\'s own is given when joining, and pressed for after leaving', async () => {
  const company = await invitingCompany();
  const work = newAddress('work');
  const { page } = await companyPage(company);
  await invite(page, work);
  const { page: theirs } = await newVisitor();
  const invitation = await openInvitation(theirs, work);
  await invitation.getByLabel('Name').fill('Ada');
  await invitation.getByLabel('New password').fill(PASSWORD);
  const home = newAddress('home');
  await invitation.getByLabel('An address of your own').fill(home);
  await acceptTerms(invitation);
  await keepScreenshot(invitation, 'address-6-offered');
  await invitation.getByRole('button', { name: 'Accept the invitation' }).click();
  await invitation.getByText(`A link is on its way to ${home}`).waitFor();
  tokenIn(await mailTo(home), 'confirm-new-address');

  await sql`update public.company_members set status = 'removed' where email = ${work}`;
  await sql`select private.job_settle_ended_memberships(now())`;
  await signIn(theirs, work);
  const banner = theirs.getByRole('complementary', { name: 'Your address' });
  await banner.getByText('You no longer belong to the company').waitFor();
  await keepScreenshot(theirs, 'address-7-banner');
  await banner.getByRole('link', { name: 'Use an address of your own' }).click();
  await theirs.getByRole('heading', { name: 'Your address' }).waitFor();
});

test('whoever has an account with another address joins with it, if they say so', async () => {
  const { email } = await signedIn({ display_name: 'Ada' });
  const company = await invitingCompany();
  const work = newAddress('work');
  const { page } = await companyPage(company);
  await invite(page, work);
  const { page: theirs } = await newVisitor();
  const invitation = await openInvitation(theirs, work);
  await invitation.getByRole('button', { name: 'I have an account with another address' }).click();
  await invitation.getByLabel('E-mail').first().fill(email);
  await invitation.locator('#own-password').fill(PASSWORD);
  await invitation.getByRole('button', { name: 'Sign in', exact: true }).click();
  await invitation.getByText(`You join with your account ${email}`).waitFor();
  await acceptTerms(invitation);
  await keepScreenshot(invitation, 'address-8-own-account');
  await invitation.getByRole('button', { name: 'Accept the invitation' }).click();
  await invitation.getByRole('heading', { name: `You are a member of ${company.name}` }).waitFor();
  const [member] = await sql`select email from public.company_members where company_id = ${company.id} and email = ${work}`;
  assert.ok(member);
});
