// @ts-check
// From the admin who invites to the employee who is signed in, and every way in which a link does not work.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { mailTo, tokenIn } from '../end-to-end/platform/inbox.mjs';
import { PASSWORD, newAddress, signedIn } from '../end-to-end/platform/people.mjs';
import { keepScreenshot, newVisitor } from './chromium.mjs';
import { acceptTerms, companyPage, invite, invitingCompany, openInvitation, openLink } from './inviting.mjs';
import { obstacles } from './obstacles.mjs';
import { signIn } from './sign-in-page.mjs';

/** The company's page, and an address that has just been invited there. */
async function anInvitation() {
  const company = await invitingCompany();
  const { page, context } = await companyPage(company);
  const email = newAddress('rosa');
  await invite(page, email);
  const token = tokenIn(await mailTo(email), 'accept-invitation');
  return { company, page, context, email, token };
}

test('an admin agrees and invites, and the person accepts, signs in and is an employee', async () => {
  const company = await invitingCompany({ hasAgreed: false });
  const { page, context } = await companyPage(company);
  assert.equal(await page.getByLabel('E-mail').isVisible(), false, 'invites without the agreement');
  await page.getByLabel('I may accept version').check();
  await keepScreenshot(page, 'company-1-agreement');
  await page.getByRole('button', { name: 'Accept the agreement' }).click();
  await page.getByText('1 of 5 seats taken').waitFor();
  const email = newAddress('rosa');
  await page.getByLabel('Name').fill('Rosa Duarte');
  await invite(page, email);
  await page.getByText('2 of 5 seats taken: 1 member, 1 open invitation').waitFor();
  assert.deepEqual(await page.evaluate(obstacles), []);
  await keepScreenshot(page, 'company-2-invited');

  const guest = await newVisitor();
  const accept = await openInvitation(guest.page, email);
  await accept.getByRole('heading', { name: `${company.name} invites you` }).waitFor();
  assert.equal(new URL(accept.url()).hash, '', 'the token stays in the address bar');
  assert.equal(await accept.getByText(email).count(), 0, 'whoever finds the link reads the whole address');
  assert.deepEqual(await accept.evaluate(obstacles), []);
  await acceptTerms(accept);
  // Only the function knows whose link it is.
  await accept.getByLabel('New password').fill(`${email.split('@')[0]} and some more`);
  await accept.getByRole('button', { name: 'Accept the invitation' }).click();
  await accept.getByRole('alert').filter({ hasText: 'Leave your e-mail address out' }).waitFor();
  await accept.getByLabel('New password').fill(PASSWORD);
  await keepScreenshot(accept, 'invitation-1-accept');
  await accept.getByRole('button', { name: 'Accept the invitation' }).click();
  await accept.getByRole('heading', { name: `You are a member of ${company.name}` }).waitFor();
  assert.equal(await accept.evaluate(() => document.activeElement?.id), 'title');
  await keepScreenshot(accept, 'invitation-2-accepted');

  await accept.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
  await accept.getByLabel('E-mail').fill(email);
  await accept.getByLabel('Password').fill(PASSWORD);
  await accept.getByRole('button', { name: 'Sign in' }).click();
  await accept.getByRole('heading', { name: 'Hello, Rosa Duarte' }).waitFor();
  await accept.getByText(`Employee at ${company.name}.`).waitFor();
  assert.equal(await accept.getByRole('link', { name: 'People and invitations' }).count(), 0);
  await keepScreenshot(accept, 'invitation-3-employee');
  const terms = await sql`
    select document, version from public.terms_acceptance t join public.profiles p on p.id = t.user_id
    where p.email = ${email} order by document`;
  assert.deepEqual(
    terms.map((one) => one.document),
    ['privacy', 'terms'],
  );

  await page.reload();
  await page.getByText('2 of 5 seats taken: 2 members, 0 open invitations').waitFor();
  await page.getByText('Nobody is invited at present').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Rosa Duarte' }).filter({ hasText: email }).waitFor();
  assert.deepEqual(
    guest.complaints.filter((one) => !one.includes('status of 422')),
    [],
  );
  await Promise.all([context.close(), guest.context.close()]);
});

test('who has an account accepts with it, and with no other', async () => {
  const company = await invitingCompany();
  const { page, context } = await companyPage(company);
  const [invited, other] = await Promise.all([signedIn({ display_name: 'Ada' }), signedIn()]);
  await invite(page, invited.email);
  const token = tokenIn(await mailTo(invited.email), 'accept-invitation');

  const guest = await newVisitor();
  await signIn(guest.page, other.email);
  await guest.page.getByRole('heading', { name: /^Hello/ }).waitFor();
  await openLink(guest.page, token);
  await guest.page.getByText(`You are signed in as ${other.email}`).waitFor();
  await acceptTerms(guest.page);
  await guest.page.getByRole('button', { name: 'Accept the invitation' }).click();
  await guest.page.getByRole('status').filter({ hasText: 'Use the account with that address' }).waitFor();
  await keepScreenshot(guest.page, 'invitation-wrong-account');

  await guest.page.getByRole('button', { name: 'Use another account' }).click();
  await guest.page.getByText('This address has an account').waitFor();
  assert.deepEqual(await guest.page.evaluate(obstacles), []);
  await guest.page.getByLabel('E-mail').fill(invited.email);
  await guest.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await keepScreenshot(guest.page, 'invitation-sign-in');
  await guest.page.getByRole('button', { name: 'Sign in' }).click();
  await guest.page.getByText(`You are signed in as ${invited.email}`).waitFor();
  await guest.page.getByRole('button', { name: 'Accept the invitation' }).click();
  await guest.page.getByRole('heading', { name: `You are a member of ${company.name}` }).waitFor();
  await guest.page.getByRole('main').getByRole('link', { name: 'Home' }).click();
  await guest.page.getByText(`Employee at ${company.name}.`).waitFor();
  await Promise.all([context.close(), guest.context.close()]);
});

test('a link that was sent again makes the old one void, and one that is taken back says so', async () => {
  const { page, context, email, token } = await anInvitation();
  await page.getByRole('button', { name: `Resend the invitation of ${email}` }).click();
  await page.getByRole('status').filter({ hasText: 'A new link is on its way' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'invitations-title');
  const newest = tokenIn(await mailTo(email, 2), 'accept-invitation');
  const guest = await newVisitor();
  await openLink(guest.page, token);
  await guest.page.getByRole('heading', { name: 'There is a newer invitation' }).waitFor();
  await openLink(guest.page, newest);
  await guest.page.getByRole('heading', { name: 'invites you' }).waitFor();

  const revoke = page.getByRole('button', { name: `Revoke the invitation of ${email}` });
  await revoke.click();
  await page.keyboard.press('Escape');
  await revoke.click();
  await page.getByRole('dialog').getByText('no longer works').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('status').filter({ hasText: 'is taken back' }).waitFor();
  await page.getByText('1 of 5 seats taken: 1 member, 0 open invitations').waitFor();
  // Seen before it was taken back, and too late.
  await guest.page.getByLabel('New password').fill(PASSWORD);
  await acceptTerms(guest.page);
  await guest.page.getByRole('button', { name: 'Accept the invitation' }).click();
  await guest.page.getByRole('heading', { name: 'This invitation was taken back' }).waitFor();
  await keepScreenshot(guest.page, 'invitation-revoked');
  await Promise.all([context.close(), guest.context.close()]);
});

test('what changed while somebody read is asked for again, and the link is still good', async () => {
  const { context, token } = await anInvitation();
  const guest = await newVisitor();
  const { page } = guest;
  await openLink(page, token);
  await page.getByLabel('New password').fill(PASSWORD);
  await acceptTerms(page);
  const answers = [
    { status: 409, json: { code: 'version_not_in_force' } },
    { status: 503, json: { code: 'upstream_unavailable' } },
  ];
  for (const [i, words] of ['There is a new version meanwhile', 'The link is still good'].entries()) {
    await page.route('**/company-invitation-accept', (route) => route.fulfill(answers[i]), { times: 1 });
    await page.getByRole('button', { name: 'Accept the invitation' }).click();
    await page.getByRole('status').filter({ hasText: words }).waitFor();
    if (i === 0) assert.equal(await page.getByLabel('I accept the terms').isChecked(), false, 'accepts what nobody read');
    await acceptTerms(page);
  }
  await page.getByRole('button', { name: 'Accept the invitation' }).click();
  await page.getByRole('heading', { name: 'You are a member' }).waitFor();
  await Promise.all([context.close(), guest.context.close()]);
});

test('an address that got an account meanwhile signs in with it, whoever is signed in there', async () => {
  const { context, token, email } = await anInvitation();
  const guest = await newVisitor();
  const { page } = guest;
  await signIn(page, (await signedIn()).email);
  await page.getByRole('heading', { name: /^Hello/ }).waitFor();
  await openLink(page, token);
  await page.getByLabel('New password').fill('another password of nobody');
  await acceptTerms(page);
  await signedIn({}, email);
  await page.getByRole('button', { name: 'Accept the invitation' }).click();
  await page.getByRole('status').filter({ hasText: 'sign in with the account of this address' }).waitFor();
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await acceptTerms(page);
  await page.getByRole('button', { name: 'Accept the invitation' }).click();
  await page.getByRole('heading', { name: 'You are a member' }).waitFor();
  await Promise.all([context.close(), guest.context.close()]);
});

describe('a link that does not work says why', () => {
  /** @type {[string, (company: { id: string }) => PromiseLike<unknown>][]} */
  const cases = [
    ['This invitation has expired', ({ id }) => sql`
      update private.invitation_tokens set created_at = created_at - interval '9 days', expires_at = now() - interval '1 minute'
      where invitation_id in (select i.id from public.company_employee_invitations i where i.company_id = ${id})`],
    ['This link no longer works', ({ id }) => sql`
      update private.invitation_tokens set attempts = max_attempts
      where invitation_id in (select i.id from public.company_employee_invitations i where i.company_id = ${id})`],
    ['Nobody can join at present', ({ id }) => sql`update public.companies set status = 'suspended' where id = ${id}`],
    ['There is no seat left', ({ id }) => sql`update public.company_subscriptions set seats = 1 where company_id = ${id}`],
  ];
  for (const [title, spoil] of cases) {
    test(title, async () => {
      const { company, context, token } = await anInvitation();
      await spoil(company);
      const { page, context: other } = await newVisitor();
      await openLink(page, token);
      await page.getByRole('heading', { name: title }).waitFor();
      assert.equal(await page.getByRole('button', { name: 'Accept the invitation' }).isVisible(), false);
      assert.deepEqual(await page.evaluate(obstacles), []);
      if (title.includes('expired')) await keepScreenshot(page, 'invitation-expired');
      await Promise.all([context.close(), other.close()]);
    });
  }

  test('a link cut off, and a side that does not answer, are told apart', async () => {
    const { page, context } = await newVisitor();
    const token = Buffer.alloc(48, 1).toString('base64url');
    await openLink(page, token);
    await page.getByRole('heading', { name: 'This link is not valid' }).waitFor();
    await page.route('**/preview', (route) => route.fulfill({ status: 503 }));
    await openLink(page, token);
    await page.getByText('The link is still good').waitFor();
    await page.unroute('**/preview');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'This link is not valid' }).waitFor();
    await context.close();
  });

  test('a link that was used says that one is a member, and where to sign in', async () => {
    const { context, token } = await anInvitation();
    const { page, context: other } = await newVisitor();
    await openLink(page, token);
    await page.getByLabel('New password').fill(PASSWORD);
    await acceptTerms(page);
    await page.getByRole('button', { name: 'Accept the invitation' }).click();
    await page.getByRole('heading', { name: 'You are a member' }).waitFor();
    await openLink(page, token);
    await page.getByRole('heading', { name: 'This invitation has been accepted' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await page.waitForURL(`${environment.siteUrl}/sign-in`);
    await Promise.all([context.close(), other.close()]);
  });
});
