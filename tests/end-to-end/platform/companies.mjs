// @ts-check
// Companies as the tests need them: founded behind the scenes, as no browser can.

import { randomUUID } from 'node:crypto';
import { sql } from './clients.mjs';
import { callFunction } from './functions.mjs';
import { signedIn } from './people.mjs';

/** @typedef {Awaited<ReturnType<typeof signedIn>>} Person */
/** @typedef {'admin' | 'manager' | 'employee'} Role */

/** A plan of its own. @param {{ seats?: number, trialDays?: number, packageSessions?: number }} [plan] */
export async function aPlan({ seats = 50, trialDays = 0, packageSessions = 0 } = {}) {
  const slug = `plan-${randomUUID()}`;
  const [{ id }] = await sql`
    insert into public.company_subscription_plans (slug, name, seats, trial_days, package_sessions)
    values (${slug}, 'Growth', ${seats}, ${trialDays}, ${packageSessions}) returning id`;
  return { id: /** @type {string} */ (id), slug };
}

/** A company with nobody in it and no plan. @param {string} [name] */
export async function aCompany(name = `Northwind ${randomUUID().slice(0, 8)}`) {
  const [{ id }] = await sql`insert into public.companies (name) values (${name}) returning id`;
  return { id: /** @type {string} */ (id), name };
}

/** Somebody new who belongs to a company. @param {{ id: string }} company @param {Role} role */
export async function memberOf(company, role) {
  const person = await signedIn();
  await sql`insert into public.company_members (company_id, user_id, role) values (${company.id}, ${person.id}, ${role})`;
  return person;
}

/** One of us. */
export async function platformAdmin() {
  const person = await signedIn();
  await appoint(person);
  return person;
}

/** Without a second factor, which second-factor.test.mjs is about. @param {{ id: string }} person */
export async function appoint({ id }) {
  await sql`insert into public.user_roles (user_id, role, needs_second_factor) values (${id}, 'platform_admin', false)`;
}

/** The header that says who asks. @param {Pick<Person, 'client'>} person @returns {Promise<Record<string, string>>} */
export async function as({ client }) {
  const { data } = await client.auth.getSession();
  if (!data.session) throw new Error('nobody is signed in');
  return { authorization: `Bearer ${data.session.access_token}` };
}

/** A function called as somebody, and its answer. @param {Person} person @param {string} path @param {unknown} body */
export async function ask(person, path, body) {
  const response = await callFunction(path, { headers: await as(person), body });
  return { status: response.status, body: await response.json() };
}

/** A company that may invite: with a plan, an admin, and the agreement accepted.
 * @param {{ seats?: number, packageSessions?: number, dpa?: boolean }} [terms] */
export async function aCustomer({ seats = 50, packageSessions = 0, dpa = true } = {}) {
  const company = await aCompany();
  const plan = await aPlan({ seats, packageSessions });
  await sql`
    insert into public.company_subscriptions (company_id, plan_id, status, starts_on)
    values (${company.id}, ${plan.id}, 'active', current_date - 1)`;
  const admin = await memberOf(company, 'admin');
  const acceptDpa = async () => {
    const [{ version }] = await sql`select value #>> '{}' as version from public.system_settings where key = 'dpa_version'`;
    const { error } = await admin.client.rpc('accept_dpa', { p_company_id: company.id, p_version: version });
    if (error) throw error;
  };
  if (dpa) await acceptDpa();
  return { company, plan, admin, acceptDpa };
}
