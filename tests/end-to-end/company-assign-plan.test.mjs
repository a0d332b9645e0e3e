// @ts-check
// Giving companies plans: by platform admins alone, along the allowed states, never below the members.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { aCompany, aPlan, as, ask, memberOf, platformAdmin } from './platform/companies.mjs';
import { callFunction, outcome } from './platform/functions.mjs';
import { mailTo } from './platform/inbox.mjs';

after(() => sql.end());

/** @type {Awaited<ReturnType<typeof platformAdmin>>} */
let olga;
/** @type {{ id: string, slug: string }} */
let plan;
before(async () => {
  olga = await platformAdmin();
  plan = await aPlan({ seats: 20, trialDays: 14 });
});

/** @param {{ id: string }} company @param {Record<string, unknown>} fields */
const give = (company, fields) =>
  ask(olga, 'company-assign-plan', { company_id: company.id, plan: plan.slug, ...fields });

/** @param {{ id: string }} company */
async function audited({ id }) {
  return sql`
    select a.old_values, a.new_values, a.context ->> 'reason' as reason from public.audit_logs a
    join public.company_subscriptions s on s.id::text = a.entity_id
    where a.action = 'company.plan_assigned' and s.company_id = ${id} order by a.id`;
}

test('a plan is given, entitles, is audited and told to the admins of the company', async () => {
  const company = await aCompany();
  const admin = await memberOf(company, 'admin');
  const { status, body } = await give(company, { status: 'trial' });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.company_id, company.id);
  assert.deepEqual([body.plan, body.status, body.seats], [plan.slug, 'trial', 20]);
  const [entitlement] = await sql`select * from private.company_entitlement(${company.id})`;
  assert.deepEqual([entitlement.subscription_id, entitlement.seats], [body.id, 20]);
  const mail = await mailTo(admin.email, 1, 90);
  assert.match(mail.text, new RegExp(company.name));
  assert.equal((await give(company, { status: 'active', seats: 25 })).body.seats, 25);
  const rows = await audited(company);
  assert.deepEqual(
    rows.map((row) => [row.old_values?.status, row.new_values.status, row.new_values.seats]),
    [
      [undefined, 'trial', 20],
      ['trial', 'active', 25],
    ],
  );
});

test('fewer seats than members are refused with the numbers, unless there is a reason', async () => {
  const company = await aCompany();
  for (const role of /** @type {const} */ (['admin', 'employee'])) await memberOf(company, role);
  const refused = await give(company, { status: 'active', seats: 1 });
  assert.equal(`${refused.status} ${refused.body.code}`, '409 seats_below_members');
  assert.deepEqual(refused.body.seats, { limit: 1, members: 2, pending: 0 });
  assert.match(refused.body.detail, /\b1 seats: 2 taken by members, 0 held/);
  assert.equal((await audited(company)).length, 0);
  const forced = await give(company, { status: 'active', seats: 1, reason: 'Agreed by phone.' });
  assert.equal(forced.status, 200);
  assert.equal((await audited(company))[0].reason, 'Agreed by phone.');
});

test('a state that does not follow from the present one is refused', async () => {
  const company = await aCompany();
  /** @type {[Record<string, unknown>, string][]} */
  const steps = [
    [{ status: 'suspended' }, '409 transition_not_allowed'],
    [{ status: 'active' }, '200 active'],
    [{ status: 'trial' }, '409 transition_not_allowed'],
    [{ status: 'suspended' }, '200 suspended'],
    [{ status: 'cancelled' }, '422 reason_required'],
    [{ status: 'cancelled', reason: 'They asked for it.' }, '200 cancelled'],
    [{ status: 'cancelled', reason: 'They asked for it.' }, '409 transition_not_allowed'],
    [{ status: 'active', starts_on: '2099-01-01' }, '422 invalid_start'],
    [{ status: 'active' }, '200 active'],
  ];
  for (const [fields, expected] of steps) {
    const { status, body } = await give(company, fields);
    assert.equal(`${status} ${body.code ?? body.status}`, expected, JSON.stringify(fields));
  }
});

describe('nobody else gives plans', () => {
  /** @type {Awaited<ReturnType<typeof aCompany>>} */
  let company;
  before(async () => {
    company = await aCompany();
  });
  const body = () => ({ company_id: company.id, plan: plan.slug, status: 'active' });

  for (const role of /** @type {const} */ (['admin', 'manager', 'employee'])) {
    test(`not the company's own ${role}`, async () => {
      const answer = await ask(await memberOf(company, role), 'company-assign-plan', body());
      assert.equal(`${answer.status} ${answer.body.code}`, '403 forbidden');
    });
  }

  test('not somebody whose session has ended, though the token has not expired', async () => {
    const headers = await as(olga);
    const [session] = await sql`select max(id::text) as id from auth.sessions where user_id = ${olga.id}`;
    await sql`delete from auth.sessions where id = ${session.id}`;
    const path = 'company-assign-plan';
    assert.equal(await outcome(await callFunction(path, { headers, body: body() })), '401 unauthenticated');
  });

  test('not a visitor, whatever they send', async () => {
    for (const sent of [body(), '{"', {}]) {
      assert.equal(await outcome(await callFunction('company-assign-plan', { body: sent })), '401 unauthenticated');
    }
  });

  after(async () => {
    const [{ count }] = await sql`
      select count(*)::int from public.company_subscriptions where company_id = ${company.id}`;
    assert.equal(count, 0, 'a plan was given');
  });
});
