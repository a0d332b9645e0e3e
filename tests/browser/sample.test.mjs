// @ts-check
// The sample frontend on a site of its own: another origin than the backend's, which ALLOWED_ORIGINS names. A stack that was
// started otherwise than by scripts/test needs `--site` with that address.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { isBusy, waitForPort } from '../../scripts/stack/ports.mjs';
import { sql } from '../end-to-end/platform/clients.mjs';
import { aCustomer, memberOf } from '../end-to-end/platform/companies.mjs';
import { environment, root } from '../end-to-end/platform/environment.mjs';
import { mailTo, tokenIn } from '../end-to-end/platform/inbox.mjs';
import { newAddress, PASSWORD } from '../end-to-end/platform/people.mjs';
import { aPdf, anApplicant, aSpecialistDayAndNight } from '../end-to-end/platform/specialists.mjs';
import { keepScreenshot, newVisitor } from './chromium.mjs';

const port = Number(new URL(environment.url).port) + 9;
const site = `http://localhost:${port}`;
/** @type {import('node:child_process').ChildProcess} */
let sample;

before(async () => {
  assert.ok(!(await isBusy(port)), `port ${port} is taken`);
  const env = { ...process.env, SUPABASE_URL: environment.url, SUPABASE_PUBLISHABLE_KEY: environment.publishableKey, SITE_PORT: String(port) };
  sample = spawn(process.execPath, ['client/sample/serve.mjs'], { cwd: root, env, stdio: 'inherit' });
  assert.ok(await waitForPort(port, 10_000), 'the sample does not answer');
});
after(() => sample?.kill());

/** @param {import('playwright-core').Page} page @param {string} title @param {Record<string, string>} fields @param {string} button */
async function submit(page, title, fields, button = title) {
  const form = page.getByRole('form', { name: title });
  for (const [label, value] of Object.entries(fields)) await form.getByLabel(label, { exact: true }).fill(value);
  await form.getByRole('button', { name: button }).click();
  return form;
}

/** Somebody signed in on the sample. @param {string} email */
async function visitorOf(email) {
  const visitor = await newVisitor();
  await visitor.page.goto(site);
  await submit(visitor.page, 'Sign in', { 'E-mail': email, Password: PASSWORD });
  await visitor.page.getByText(`Signed in as ${email}`).waitFor();
  return visitor;
}

/** What is told of a failure. @param {import('playwright-core').Locator | import('playwright-core').Page} place @param {string} code */
async function refusal(place, code) {
  const alert = place.locator(`[role="alert"][data-code="${code}"]`);
  await alert.waitFor();
  return { status: Number(await alert.getAttribute('data-status')), text: await alert.innerText() };
}

test('somebody signs up, makes an account, signs in, and is told of refusals in one way', async () => {
  const email = newAddress();
  const { page, context } = await newVisitor();
  await page.goto(site);
  await submit(page, 'Sign in', { 'E-mail': email, Password: PASSWORD });
  assert.equal((await refusal(page, 'invalid_credentials')).status, 400);
  await submit(page, 'Sign up', { 'E-mail': email });
  await page.getByText('A mail is on its way to you.').waitFor();

  await page.goto(`${site}/complete-sign-up#token=none`);
  const { status, text } = await refusal(page, 'token_invalid');
  assert.equal(status, 400);
  assert.match(text, /\w+ .*\([0-9a-f-]{36}\)/, 'a sentence, and a request id');

  const token = tokenIn(await mailTo(email), 'complete-sign-up');
  await page.goto(site);
  await page.goto(`${site}/complete-sign-up#token=${token}`);
  // The page shows no address: whoever finds the link does not learn it.
  const title = `An account for ${email[0]}…@example.com`;
  const form = page.getByRole('form', { name: title });
  await form.getByLabel(/^I accept/).check();
  await submit(page, title, { 'Your name': 'Ada', Password: 'password1234' }, 'Make it');
  assert.equal((await refusal(form, 'rule_violation')).status, 422);
  await submit(page, title, { Password: PASSWORD }, 'Make it');
  await page.getByText('Your account is ready.').waitFor();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await submit(page, 'Sign in', { 'E-mail': email, Password: PASSWORD });
  await page.getByText(`Signed in as ${email}`).waitFor();

  const { sessionTypeId } = await aSpecialistDayAndNight();
  await page.reload();
  await page.getByLabel('Session').selectOption(sessionTypeId);
  await page.getByText('Nothing can be booked: not_a_member.').waitFor();
  await keepScreenshot(page, 'sample');
  await context.close();
});

test('an admin invites, a member books, and a specialist uploads', async () => {
  const { company, admin } = await aCustomer({ seats: 2 });
  const [invited, member, applicant] = [newAddress(), await memberOf(company, 'employee'), await anApplicant()];
  const { sessionTypeId } = await aSpecialistDayAndNight();

  const anna = await visitorOf(admin.email);
  await submit(anna.page, `Invite to ${company.name}`, { Whom: invited }, 'Invite');
  await anna.page.getByText(`${invited}: seat_limit. 0 seats are left.`).waitFor();
  await sql`update public.company_subscriptions set seats = 3 where company_id = ${company.id}`;
  await submit(anna.page, `Invite to ${company.name}`, {}, 'Invite');
  await anna.page.getByText(`${invited}: invited. 0 seats are left.`).waitFor();

  const emma = await visitorOf(member.email);
  await emma.page.getByLabel('Session').selectOption(sessionTypeId);
  await emma.page.locator('li button').first().click();
  await emma.page.getByText(/^Booked for .*: confirmed\.$/).waitFor();

  const ines = await visitorOf(applicant.email);
  await ines.page.getByText('You are pending. Missing: Licence.').waitFor();
  const file = { name: 'licence.pdf', mimeType: 'application/pdf', buffer: aPdf() };
  await ines.page.getByLabel('File').setInputFiles({ ...file, mimeType: 'text/html' });
  await submit(ines.page, 'Your documents', { Number: 'L-1', Authority: 'Board' }, 'Upload');
  await refusal(ines.page, 'file_type');
  await ines.page.getByLabel('File').setInputFiles(file);
  await submit(ines.page, 'Your documents', { 'Last day': '2020-01-01' }, 'Upload');
  assert.deepEqual(await refusal(ines.page, 'already_expired'), { status: 422, text: 'The document is no longer valid.' });
  await submit(ines.page, 'Your documents', { 'Last day': '' }, 'Upload');
  await ines.page.getByText('Uploaded. You are mailed what becomes of it.').waitFor();
  await Promise.all([anna, emma, ines].map(({ context }) => context.close()));
});
