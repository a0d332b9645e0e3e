// @ts-check
// Inviting people: a result for each row, never more people than seats, and by admins of the company alone.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { aCustomer, ask, memberOf } from './platform/companies.mjs';
import { mailTo, mailsTo } from './platform/inbox.mjs';
import { newAddress } from './platform/people.mjs';

after(() => sql.end());

/** @typedef {Awaited<ReturnType<typeof aCustomer>>} Customer */
/** @typedef {{ index: number, email: string, status: string, invitation_id?: string }} Result */

/** @param {Customer} customer @param {Record<string, unknown>[]} invitations */
const invite = ({ company, admin }, invitations) =>
  ask(admin, 'company-invite-employee', { company_id: company.id, invitations });

/** @param {Customer} customer @param {'resend' | 'revoke'} how @param {string} invitation_id */
const change = ({ admin }, how, invitation_id) => ask(admin, `company-invite-employee/${how}`, { invitation_id });

/** @param {{ status: number, body: any }} answer */
const statuses = ({ status, body }) => {
  assert.equal(status, 200, JSON.stringify(body));
  return body.results.map((/** @type {Result} */ row) => row.status);
};

/** @param {{ status: number, body: any }} answer */
const code = ({ status, body }) => `${status} ${body.code ?? body.status}`;

test('every row has its own result, and who is invited gets a mail', async () => {
  const customer = await aCustomer({ seats: 50 });
  const suppressed = newAddress('bounced');
  await sql`select private.suppress_address(private.address_key(${suppressed}), 'hard_bounce')`;
  await sql`update public.companies set allowed_email_domains = '{example.com,xn--bcher-kva.example}' where id = ${customer.company.id}`;
  const [ben, tagged] = [newAddress('ben'), newAddress('cleo+tag')];
  const { status, body } = await invite(customer, [
    { email: ` ${ben.toUpperCase()} `, role: 'manager', full_name: 'Ben\n  Okri', locale: 'de_DE' },
    { email: 'not an address' },
    { email: ben },
    { email: tagged },
    { email: customer.admin.email },
    { email: 'eve@elsewhere.example' },
    { email: suppressed },
    { email: 'zoë@bücher.example' },
    { email: 'zoe@bücher.example', role: 'Manager', locale: 'DE' },
    { email: `${'a'.repeat(65)}@example.com` },
    { email: newAddress('dora'), role: 'boss' },
    { email: 'e\u200Bve@example.com' },
    { email: 'eve@example.com; adam@example.com' },
    { email: newAddress(), locale: 'german' },
    { email: newAddress(), full_name: 'Visit www.evil.example' },
    { email: newAddress(), full_name: 'Ben\u0000' },
    { email: newAddress(), full_name: '\u202enatsirT' },
  ]);
  assert.equal(status, 200, JSON.stringify(body));
  assert.deepEqual(
    body.results.slice(0, 13).map((/** @type {Result} */ row) => [row.index, row.email, row.status]),
    [
      [0, ben, 'invited'],
      [1, 'not an address', 'invalid_email'],
      [2, ben, 'already_invited'],
      [3, tagged, 'invited'],
      [4, customer.admin.email, 'already_member'],
      [5, 'eve@elsewhere.example', 'domain_not_allowed'],
      [6, suppressed, 'suppressed'],
      [7, 'zoë@bücher.example', 'invalid_email'],
      [8, 'zoe@xn--bcher-kva.example', 'invited'],
      [9, `${'a'.repeat(65)}@example.com`, 'invalid_email'],
      [10, body.results[10].email, 'invalid_role'],
      [11, 'e\u200Bve@example.com', 'invalid_email'],
      [12, 'eve@example.com; adam@example.com', 'invalid_email'],
    ],
  );
  assert.deepEqual(statuses({ status, body }).slice(13), ['invalid_locale', 'invalid_name', 'invalid_name', 'invalid_name']);
  assert.deepEqual(body.seats, { limit: 50, members: 1, pending: 3 });
  assert.equal(body.results[2].invitation_id, body.results[0].invitation_id);
  const rows = await sql`
    select email, role, full_name, locale from public.company_employee_invitations
    where company_id = ${customer.company.id} order by created_at, email`;
  assert.equal(rows.length, 3);
  assert.deepEqual(
    { ...rows.find((row) => row.email === ben) },
    { email: ben, role: 'manager', full_name: 'Ben Okri', locale: 'de-DE' },
  );
  const mail = await mailTo(ben, 1, 90);
  assert.match(mail.text, /\/accept-invitation#token=[A-Za-z0-9_-]{64}/);
  assert.match(mail.text, new RegExp(customer.company.name));
  assert.equal((await mailsTo(ben)).length, 1);
});

test('fifty invitations at once, of two rows each, take no more seats than there are', async () => {
  const customer = await aCustomer({ seats: 31 });
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      invite(customer, [{ email: newAddress(`a${n}`) }, { email: newAddress(`b${n}`) }]),
    ),
  );
  const found = answers.flatMap(statuses);
  assert.equal(found.length, 100);
  assert.equal(found.filter((one) => one === 'invited').length, 30);
  assert.equal(found.filter((one) => one === 'seat_limit').length, 70);
  const [{ pending }] = await sql`
    select count(*)::int as pending from public.company_employee_invitations
    where company_id = ${customer.company.id} and status = 'pending'`;
  assert.equal(pending, 30);
});

test('the same address fifty times at once is invited once', async () => {
  const customer = await aCustomer({ seats: 31 });
  const email = newAddress('ben');
  const answers = await Promise.all(Array.from({ length: 50 }, () => invite(customer, [{ email }])));
  const found = answers.flatMap(statuses);
  assert.deepEqual(found.filter((one) => one !== 'already_invited'), ['invited']);
});

test('an invitation is mailed again, with another link, and taken back, which frees its seat', async () => {
  const customer = await aCustomer({ seats: 2 });
  const [ben, cleo] = [newAddress('ben'), newAddress('cleo')];
  const { body } = await invite(customer, [{ email: ben }, { email: cleo }]);
  assert.deepEqual(statuses({ status: 200, body }), ['invited', 'seat_limit']);
  const id = body.results[0].invitation_id;
  await mailTo(ben, 1, 90);
  const resent = await change(customer, 'resend', id);
  assert.deepEqual(resent.body, {
    invitation_id: id,
    status: 'resent',
    seats: { limit: 2, members: 1, pending: 1 },
  });
  const [first, second] = [await mailTo(ben, 1), await mailTo(ben, 2, 90)];
  const link = /#token=[A-Za-z0-9_-]+/;
  assert.notEqual(link.exec(first.text)?.[0], link.exec(second.text)?.[0]);
  await sql`update public.company_employee_invitations set sent_at = now() - interval '9 days', expires_at = now() - interval '2 days' where id = ${id}`;
  assert.deepEqual(statuses(await invite(customer, [{ email: cleo }])), ['invited'], 'an expired one holds no seat');
  const full = await change(customer, 'resend', id);
  assert.equal(code(full), '409 seat_limit');
  assert.deepEqual(full.body.seats, { limit: 2, members: 1, pending: 1 });
  for (let i = 0; i < 2; i += 1) assert.equal(code(await change(customer, 'revoke', id)), '200 revoked');
  assert.equal(code(await change(customer, 'resend', id)), '409 conflict');
});

test('a company that may not invite says why', async () => {
  const customer = await aCustomer({ seats: 9, dpa: false });
  const rows = [{ email: newAddress('ben') }];
  assert.equal(code(await invite(customer, rows)), '409 dpa_required');
  await customer.acceptDpa();
  await sql`update public.company_subscriptions set status = 'suspended' where company_id = ${customer.company.id}`;
  assert.equal(code(await invite(customer, rows)), '409 no_plan');
  await sql`update public.companies set status = 'suspended' where id = ${customer.company.id}`;
  assert.equal(code(await invite(customer, rows)), '409 company_suspended');
});

describe('nobody but an admin of the company', () => {
  /** @type {Customer} */
  let customer;
  /** @type {string} */
  let invitation;
  before(async () => {
    customer = await aCustomer({ seats: 9 });
    invitation = (await invite(customer, [{ email: newAddress('ben') }])).body.results[0].invitation_id;
  });

  /** @type {Record<string, () => Promise<Customer['admin']>>} */
  const others = {
    'a manager of it': () => memberOf(customer.company, 'manager'),
    'an employee of it': () => memberOf(customer.company, 'employee'),
    'the admin of another company': async () => (await aCustomer({ seats: 9 })).admin,
  };
  for (const [who, other] of Object.entries(others)) {
    test(`not ${who}`, async () => {
      const admin = await other();
      const them = { ...customer, admin };
      assert.equal(code(await invite(them, [{ email: newAddress('eve') }])), '403 forbidden');
      assert.equal(code(await invite(them, [{ email: 'nothing' }])), '403 forbidden');
      for (const how of /** @type {const} */ (['resend', 'revoke'])) {
        assert.equal(code(await change(them, how, invitation)), '404 not_found');
      }
    });
  }

  after(async () => {
    const rows = await sql`
      select id, status, mails from public.company_employee_invitations where company_id = ${customer.company.id}`;
    assert.deepEqual(rows.map((row) => ({ ...row })), [{ id: invitation, status: 'pending', mails: 1 }]);
  });
});
