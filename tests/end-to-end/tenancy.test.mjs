// @ts-check
// Two companies, and everybody of each tries every function for signed-in people with the other's ids.
// Nothing is told, and nothing is changed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { aCustomer, as, ask, memberOf } from './platform/companies.mjs';
import { root } from './platform/environment.mjs';
import { callFunction } from './platform/functions.mjs';
import { mailTo } from './platform/inbox.mjs';
import { newAddress } from './platform/people.mjs';

after(() => sql.end());

/** @typedef {Awaited<ReturnType<typeof tenant>>} Tenant */

/** A company with an admin, a manager, an employee, and somebody who is invited. */
async function tenant() {
  const customer = await aCustomer({ seats: 20 });
  const { company, admin, plan } = customer;
  const people = { admin, manager: await memberOf(company, 'manager'), employee: await memberOf(company, 'employee') };
  const invitee = newAddress('invited');
  const invitations = [{ email: invitee, full_name: `Name of ${invitee}` }];
  const { body } = await ask(admin, 'company-invite-employee', { company_id: company.id, invitations });
  const mail = await mailTo(invitee, 1, 90);
  const token = /#token=([A-Za-z0-9_-]{64})/.exec(mail.text)?.[1] ?? '';
  const [subscription] = await sql`select id from public.company_subscriptions where company_id = ${company.id}`;
  const secrets = [company.name, invitee, subscription.id, ...Object.values(people).flatMap(({ id, email }) => [id, email])];
  return { company, plan, people, invitee, invitation: body.results[0].invitation_id, token, secrets };
}

/** What a stranger can ask of each function, with the ids of a company. @type {Record<string, (victim: Tenant) => object[]>} */
const attacks = {
  '/company-assign-plan': ({ company, plan }) =>
    ['trial', 'active', 'suspended', 'cancelled'].map((status) => ({
      company_id: company.id,
      plan: plan.slug,
      status,
      seats: 1,
      reason: 'A stranger says so.',
    })),
  '/company-invite-employee': ({ company, invitee, people }) => [
    { company_id: company.id, invitations: [{ email: newAddress('stranger'), role: 'admin' }] },
    { company_id: company.id, invitations: [{ email: invitee }, { email: people.admin.email }] },
    { company_id: company.id, invitations: [{ email: 'no address' }] },
  ],
  '/company-invite-employee/resend': ({ invitation }) => [{ invitation_id: invitation }],
  '/company-invite-employee/revoke': ({ invitation }) => [{ invitation_id: invitation }],
  '/company-invitation-accept': ({ token }) => [
    { token, terms: { terms: '2026-11', privacy: '2026-11' } },
    { token, terms: { terms: '2026-11', privacy: '2026-11' }, password: 'a password of a stranger' },
  ],
};

/** The functions that the contract has for people. */
function forPeople() {
  const { paths } = JSON.parse(readFileSync(path.join(root, 'openapi.json'), 'utf8'));
  return Object.keys(paths).filter((one) => JSON.stringify(paths[one].post.security).includes('"person"'));
}

/** Every row about the companies, by table. @param {Tenant[]} tenants */
async function rowsOf(tenants) {
  const companies = tenants.map(({ company }) => company.id);
  const people = tenants.flatMap((one) => Object.values(one.people).map(({ id }) => id));
  const columns = await sql`
    select format('%I.%I', n.nspname, c.relname) as name, a.attname as key
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private') and c.relkind in ('r', 'p') and not c.relispartition
      and a.attname in ('company_id', 'user_id', 'accepted_by') and a.atttypid = 'uuid'::regtype
      -- Written in the background, and by signing in.
      and c.relname not in ('communication_logs', 'session_tokens', 'failed_login_attempts')
    order by 1, 2`;
  /** @type {Record<string, string[]>} */
  const rows = {};
  const read = async (/** @type {string} */ label, /** @type {string} */ query, /** @type {string[]} */ ids) => {
    const found = await sql.unsafe(query, [/** @type {any} */ (ids)]);
    rows[label] = found.map((row) => row.line).sort();
  };
  for (const { name, key } of columns) {
    const ids = key === 'company_id' ? companies : people;
    await read(`${name} by ${key}`, `select t::text as line from ${name} t where ${key} = any($1)`, ids);
  }
  await read('public.companies', 'select t::text as line from public.companies t where id = any($1)', companies);
  await read(
    'private.invitation_tokens',
    `select t::text as line from private.invitation_tokens t join public.company_employee_invitations i
     on i.id = t.invitation_id where i.company_id = any($1)`,
    companies,
  );
  await read(
    'auth.users',
    'select concat_ws(\',\', id, email, encrypted_password, email_confirmed_at) as line from auth.users where id = any($1)',
    people,
  );
  await read(
    'mails about the companies',
    `select l.recipient as line from public.communication_logs l where l.recipient in (
       select email from public.profiles where id = any($1)) or l.recipient like 'stranger-%'`,
    people,
  );
  return rows;
}

/** @param {Record<string, string[]>} rows */
const total = (rows) => Object.values(rows).reduce((sum, lines) => sum + lines.length, 0);

test('nobody of a company learns or changes anything of another through a function', async (context) => {
  assert.deepEqual(Object.keys(attacks).sort(), forPeople().sort(), 'a function for people is not attacked here');
  const tenants = [await tenant(), await tenant()];
  const before = await rowsOf(tenants);
  /** @type {Record<string, number>} */
  const answers = {};
  let sent = 0;
  for (const [attacker, victim] of [tenants, [...tenants].reverse()]) {
    for (const [role, person] of Object.entries(attacker.people)) {
      const headers = await as(person);
      for (const [route, requests] of Object.entries(attacks)) {
        for (const body of requests(victim)) {
          const response = await callFunction(route.slice(1), { headers, body });
          const text = await response.text();
          const what = `${role} to ${route}: ${response.status} ${text}`;
          assert.ok([403, 404].includes(response.status), what);
          const asked = JSON.stringify(body);
          for (const secret of victim.secrets) assert.ok(asked.includes(secret) || !text.includes(secret), what);
          const code = `${response.status} ${JSON.parse(text).code}`;
          answers[code] = (answers[code] ?? 0) + 1;
          sent += 1;
        }
      }
    }
  }
  const now = await rowsOf(tenants);
  assert.deepEqual(now, before);
  assert.ok(total(before) > 50, 'there was little to be changed');
  context.diagnostic(
    `${sent} requests by 6 people to ${Object.keys(attacks).length} functions: ${JSON.stringify(answers)}; ` +
      `${total(before)} rows in ${Object.keys(before).length} tables are as before`,
  );

  // The same requests do something for whoever may send them, and the comparison sees it.
  const { people, invitation, company } = tenants[0];
  const own = await ask(people.admin, 'company-invite-employee/revoke', { invitation_id: invitation });
  assert.equal(own.status, 200, JSON.stringify(own.body));
  const row = { email: newAddress('colleague') };
  const invited = await ask(people.admin, 'company-invite-employee', { company_id: company.id, invitations: [row] });
  assert.equal(invited.body.results[0].status, 'invited');
  assert.notDeepEqual(await rowsOf(tenants), before);
});
