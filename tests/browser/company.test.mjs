// @ts-check
// What an admin does with their company: inviting by a file, and the members.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { memberOf } from '../end-to-end/platform/companies.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { mailTo, mailsTo } from '../end-to-end/platform/inbox.mjs';
import { newAddress } from '../end-to-end/platform/people.mjs';
import { keepScreenshot, newVisitor } from './chromium.mjs';
import { companyPage, invite, invitingCompany } from './inviting.mjs';
import { obstacles } from './obstacles.mjs';
import { signIn } from './sign-in-page.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page @param {string} text */
async function upload(page, text) {
  await choose(page, Buffer.from(text));
}

/** @param {Page} page @param {Buffer} buffer */
async function choose(page, buffer) {
  await page.getByLabel('CSV file').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer });
  await page.getByRole('button', { name: 'Invite from the file' }).click();
}

/** The requests for invitations that the page sends from now on. @param {Page} page */
function requestsOf(page) {
  /** @type {string[]} */
  const sent = [];
  page.on('request', (request) => request.url().includes('company-invite-employee') && sent.push(request.url()));
  return sent;
}

/** The report, an entry for each row. @param {Page} page */
async function reportOf(page) {
  await page.getByRole('list', { name: 'Report' }).getByRole('listitem').first().waitFor();
  return page.getByRole('list', { name: 'Report' }).getByRole('listitem').allInnerTexts();
}

test('a file invites many, and each row has its result in words', async () => {
  const company = await invitingCompany({ seats: 4 });
  await sql`update public.companies set allowed_email_domains = '{example.com}' where id = ${company.id}`;
  const { page, context, complaints } = await companyPage(company);
  const [waiting, first, second, third] = ['waiting', 'first', 'second', 'third'].map(newAddress);
  await invite(page, waiting);
  await upload(
    page,
    [
      'Name;E-Mail;Role;Language',
      `"Byron; Ada";${first};Manager;de`,
      `;${company.admin.email}`,
      `;${waiting}`,
      `;${newAddress().replace('example.com', 'elsewhere.example')}`,
      `;${first.toUpperCase()}`,
      ';not an address',
      `;${second};boss`,
      `;${second}\u200B`,
      `;${third}`,
      ';"a@example.com; b"',
      '',
      ';a\u200Bda@example.com',
    ].join('\r\n'),
  );
  const expected = [
    'Invited. The mail is on its way',
    'Is a member already',
    'Has an invitation that still works',
    'does not invite addresses of this domain',
    'Row 2 has the same address',
    'Column "E-Mail": This is no e-mail address.',
    'Column "Role": A role is employee, manager or admin.',
    'Invited. The mail is on its way',
    'No seat is free',
    'Column "E-Mail": This is no e-mail address.',
    'What cannot be seen is marked here: a[U+200B]da@example.com',
  ];
  const report = await reportOf(page);
  assert.equal(report.length, expected.length);
  const rows = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13];
  report.forEach((text, i) => {
    assert.ok(text.includes(expected[i]), `row ${rows[i]}: ${text}`);
    assert.ok(text.startsWith(`Row ${rows[i]}:`), text);
  });
  await page.getByRole('status').filter({ hasText: '2 invited, 9 not.' }).waitFor();
  await page.getByText('4 of 4 seats taken: 1 member, 3 open invitations').waitFor();
  assert.deepEqual(await page.evaluate(obstacles), []);
  await keepScreenshot(page, 'company-3-report');
  await page.setViewportSize({ width: 360, height: 740 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${overflow} px too wide`);
  await keepScreenshot(page, 'company-telephone');

  await page.getByRole('listitem').filter({ hasText: first }).getByText('Byron; Ada, Manager').waitFor();
  assert.match((await mailTo(first)).subject, /lädt Sie/);
  assert.deepEqual(await mailsTo(third), []);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('a file that cannot be used is not sent, and says why', async () => {
  const company = await invitingCompany();
  const { page, context } = await companyPage(company);
  const sent = requestsOf(page);
  /** @type {[string | Buffer, string][]} */
  const cases = [
    ['email\n', 'The file names nobody'],
    ['a@example.com\n"b@example.com', 'Row 2 has a quote'],
    ['name,role\nAda,admin', 'No column of the first row is called "email"'],
    ['x'.repeat(1_100_000), 'larger than 1 MB'],
    [Buffer.from('name,email\nJosé,jose@example.com', 'latin1'), 'not text in UTF-8: line 2'],
  ];
  for (const [content, why] of cases) {
    await choose(page, Buffer.from(content));
    await page.getByRole('status').filter({ hasText: why }).waitFor();
  }
  assert.deepEqual(sent, []);
  await context.close();
});

test('more people than go at a time are refused by the function, in words that say how many there are', async () => {
  const company = await invitingCompany();
  const { page, context } = await companyPage(company);
  await upload(page, Array.from({ length: 101 }, (_, i) => `person${i}@example.com`).join('\n'));
  await page.getByRole('status').filter({ hasText: 'Nobody was invited. Invite 1 to 100 people at a time. The file has 101 people.' }).waitFor();
  await context.close();
});

test('an export of Outlook in UTF-16 and a pasted list of addresses invite all whom they name', async () => {
  const company = await invitingCompany();
  const { page, context } = await companyPage(company);
  const [ada, bo, cy] = ['ada', 'bo', 'cy'].map(newAddress);
  const outlook = `sep=;\nTitle;First Name;Last Name;E-mail Address;E-mail Display Name;Language\nDr;Zoë;Ångström;${ada};Zoë;Swedish\n`;
  await choose(page, Buffer.from(`\uFEFF${outlook}`, 'utf16le'));
  await page.getByRole('status').filter({ hasText: '1 invited.' }).waitFor();
  await page.getByRole('listitem').filter({ hasText: ada }).getByText('Zoë Ångström, Employee').waitFor();
  await upload(page, `${bo}; ${cy}`);
  await page.getByRole('status').filter({ hasText: '2 invited.' }).waitFor();
  assert.deepEqual((await reportOf(page)).map((text) => text.split('\n')[0]), [`Row 1: ${bo}`, `Row 1: ${cy}`]);
  await context.close();
});

test('a file that is corrected after it was chosen says so, and works when it is chosen again', async () => {
  const company = await invitingCompany();
  const { page, context } = await companyPage(company);
  const sent = requestsOf(page);
  const address = newAddress();
  const folder = await mkdtemp(path.join(tmpdir(), 'people-'));
  const file = path.join(folder, 'people.csv');
  await writeFile(file, 'email\nnot an address\n');
  await page.getByLabel('CSV file').setInputFiles(file);
  await writeFile(file, `email\n${address}\n`);
  await page.getByRole('button', { name: 'Invite from the file' }).click();
  await page.getByRole('status').filter({ hasText: 'changed or moved after you chose it. Please choose it again.' }).waitFor();
  assert.deepEqual(sent, []);
  await page.getByLabel('CSV file').setInputFiles(file);
  assert.equal(await page.getByRole('status').filter({ hasText: 'changed or moved' }).count(), 0, 'the note goes');
  await page.getByRole('button', { name: 'Invite from the file' }).click();
  await page.getByRole('status').filter({ hasText: '1 invited.' }).waitFor();
  await rm(folder, { recursive: true });
  await context.close();
});

test('members get another role, are removed after a question, and the last admin stays', async () => {
  const company = await invitingCompany();
  const member = await memberOf(company, 'employee');
  const { page, context } = await companyPage(company);
  await page.getByRole('combobox', { name: `Role of ${member.email}` }).selectOption('manager');
  await page.getByRole('status').filter({ hasText: `${member.email} is manager now.` }).waitFor();

  await page.getByRole('button', { name: 'Leave' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
  await page.getByRole('status').filter({ hasText: 'keeps at least one admin' }).waitFor();

  /** @type {string[]} */
  const asked = [];
  page.on('request', (request) => request.url().includes('deactivate_member') && asked.push(request.url()));
  const remove = page.getByRole('button', { name: `Remove ${member.email}` });
  await remove.click();
  await page.getByRole('dialog').getByText('signed out everywhere').waitFor();
  await keepScreenshot(page, 'company-4-remove');
  await page.keyboard.press('Escape');
  await remove.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('status').filter({ hasText: `${member.email} is no member any more.` }).waitFor();
  assert.equal(asked.length, 1, 'Escape removes');
  assert.equal(await remove.count(), 0);
  await page.getByText('1 of 5 seats taken').waitFor();
  const [row] = await sql`select status, role from public.company_members where user_id = ${member.id}`;
  assert.deepEqual({ ...row }, { status: 'removed', role: 'manager' });
  await sql`select private.run_job('settle_ended_memberships')`;
  const { error } = await member.client.auth.getUser();
  assert.equal(error?.name, 'AuthSessionMissingError', 'the session goes on');
  await context.close();
});

test('a company that cannot invite is told why', async () => {
  const company = await invitingCompany();
  const { page, context } = await companyPage(company);
  await sql`update public.company_subscriptions set status = 'suspended' where company_id = ${company.id}`;
  await page.getByLabel('E-mail').fill(newAddress());
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await page.getByRole('status').filter({ hasText: 'The company has no plan at present' }).waitFor();
  await page.reload();
  await page.getByText('until the company has a plan').waitFor();
  assert.equal(await page.getByRole('heading', { name: 'Invite people' }).isVisible(), false);
  await sql`update public.companies set status = 'suspended' where id = ${company.id}`;
  await page.reload();
  await page.getByText('The company is suspended').waitFor();
  await context.close();
});

test('an employee finds neither the link nor the page', async () => {
  const company = await invitingCompany();
  const member = await memberOf(company, 'employee');
  const { page, context } = await newVisitor();
  await signIn(page, member.email);
  await page.getByText(`Employee at ${company.name}.`).waitFor();
  assert.equal(await page.getByRole('link', { name: 'People and invitations' }).count(), 0);
  await page.goto(`${environment.siteUrl}/company`);
  await page.getByText('you are not one').waitFor();
  assert.equal(await page.getByRole('heading', { name: 'Invite people' }).isVisible(), false);
  await context.close();
});
