// @ts-check
// A company that invites, and the mails that arrive.

import { aCompany, aPlan, memberOf } from '../end-to-end/platform/companies.mjs';
import { sql } from '../end-to-end/platform/clients.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { newVisitor } from './chromium.mjs';
import { followLink, openMail } from './inbox-page.mjs';
import { signIn } from './sign-in-page.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {Awaited<ReturnType<typeof invitingCompany>>} InvitingCompany */

/** A company with a plan and an admin. @param {{ seats?: number, hasAgreed?: boolean }} [options] */
export async function invitingCompany({ seats = 5, hasAgreed = true } = {}) {
  const [company, plan] = await Promise.all([aCompany(), aPlan({ seats })]);
  const admin = await memberOf(company, 'admin');
  await sql`
    insert into public.company_subscriptions (company_id, plan_id, status, starts_on)
    values (${company.id}, ${plan.id}, 'active', current_date - 1)`;
  if (hasAgreed) {
    await sql`
      insert into public.company_dpa_acceptance (company_id, version, accepted_by)
      select ${company.id}, value #>> '{}', ${admin.id} from public.system_settings where key = 'dpa_version'`;
  }
  return { ...company, admin };
}

/** The company's page as its admin has it. @param {InvitingCompany} company */
export async function companyPage(company) {
  const visitor = await newVisitor();
  await signIn(visitor.page, company.admin.email);
  await visitor.page.getByRole('link', { name: 'People and invitations' }).click();
  await visitor.page.getByRole('heading', { name: company.name }).waitFor();
  await visitor.page.getByText('seats taken').waitFor();
  return visitor;
}

/** Invites one address by the form. @param {Page} page @param {string} email */
export async function invite(page, email) {
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await page.getByRole('status').filter({ hasText: '1 invited.' }).waitFor();
}

/** Opens the link of the newest invitation in the inbox. @param {Page} page @param {string} email */
export async function openInvitation(page, email) {
  const mail = await openMail(page, email, /invites you/i);
  return followLink(page.context(), mail, /accept the invitation/i);
}

/** Opens a link a second time, as from the mail. @param {Page} page @param {string} token */
export async function openLink(page, token) {
  await page.goto('about:blank');
  await page.goto(`${environment.siteUrl}/accept-invitation#token=${token}`);
}

/** @param {Page} page the page of an invitation */
export async function acceptTerms(page) {
  await page.getByLabel('I accept the terms').check();
  await page.getByLabel('I have read the privacy').check();
}
