// @ts-check
// The link of an invitation: who it lets in, as whom, and everything that stops it.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { service, sql, visitor } from './platform/clients.mjs';
import { aCustomer, as, ask, memberOf } from './platform/companies.mjs';
import { FunctionProcess } from './platform/function-process.mjs';
import { callFunction } from './platform/functions.mjs';
import { mailTo } from './platform/inbox.mjs';
import { PASSWORD, newAddress, signedIn, unconfirmed } from './platform/people.mjs';

after(() => sql.end());

/** @typedef {Awaited<ReturnType<typeof aCustomer>>} Customer */
/** @typedef {Awaited<ReturnType<typeof memberOf>>} Person */

/** Invites an address, and answers the token of the mail. @param {Customer} customer @param {string} email @param {number} [mail] @param {Record<string, unknown>} [more] */
async function invited({ company, admin }, email, mail = 1, more = {}) {
  const { status, body } = await ask(admin, 'company-invite-employee', {
    company_id: company.id,
    invitations: [{ email, ...more }],
  });
  assert.equal(`${status} ${body.results?.[0].status}`, '200 invited', JSON.stringify(body));
  return { id: body.results[0].invitation_id, token: tokenIn(await mailTo(email, mail, 90)) };
}

/** @param {{ text: string, html: string }} mail */
function tokenIn(mail) {
  const found = /\/accept-invitation#token=([A-Za-z0-9_-]{64})/;
  const token = found.exec(mail.text)?.[1];
  assert.ok(token && found.exec(mail.html)?.[1] === token, 'no link in the mail');
  return token;
}

async function terms() {
  const [row] = await sql`
    select max(value #>> '{}') filter (where key = 'terms_version') as terms,
      max(value #>> '{}') filter (where key = 'privacy_version') as privacy
    from public.system_settings`;
  return { terms: row.terms, privacy: row.privacy };
}

/** @param {string} route @param {Record<string, unknown>} body @param {Record<string, string>} [headers] */
async function call(route, body, headers = {}) {
  const response = await callFunction(`company-invitation-accept${route}`, { body, headers });
  return { status: response.status, body: await response.json() };
}

/** @param {string} token */
const preview = (token) => call('/preview', { token });

/** @param {string} token @param {Record<string, unknown>} [fields] @param {Record<string, string>} [headers] */
const accept = async (token, fields = {}, headers = {}) =>
  call('', { token, terms: await terms(), ...fields }, headers);

/** The kinds of mail to an address, sent or still to be. @param {string} email */
async function written(email) {
  const rows = await sql`select template_key from private.email_log where recipient = ${email} order by template_key`;
  return rows.map((row) => row.template_key);
}

/** @param {{ status: number, body: any }} answer */
const code = ({ status, body }) => `${status} ${body.code ?? body.status}`;

/** @param {Customer} customer */
async function members({ company }) {
  const rows = await sql`
    select p.email, m.role from public.company_members m join public.profiles p on p.id = m.user_id
    where m.company_id = ${company.id} and m.status = 'active' and m.role <> 'admin'`;
  return rows.map((row) => `${row.email} ${row.role}`);
}

test('somebody new accepts, has an account, and works there', async () => {
  const customer = await aCustomer({ seats: 5 });
  const email = newAddress('benjamin');
  const { token } = await invited(customer, email, 1, { role: 'manager', full_name: 'Benjamin Okri' });
  const seen = await preview(token);
  assert.deepEqual(seen, {
    status: 200,
    body: {
      company: { id: customer.company.id, name: customer.company.name },
      email: 'b…@example.com',
      full_name: 'Benjamin Okri',
      requires: 'password',
      terms: await terms(),
    },
  });
  const agent = { 'user-agent': 'the tests' };
  assert.equal(code(await accept(token, { password: PASSWORD, full_name: 'Ben Okri' }, agent)), '200 accepted');
  assert.deepEqual(await members(customer), [`${email} manager`]);
  const { data, error } = await visitor().auth.signInWithPassword({ email, password: PASSWORD });
  assert.equal(error, null);
  const accepted = await sql`
    select document, version, user_agent from public.terms_acceptance
    where user_id = ${data.user?.id ?? null} order by document desc`;
  const version = await terms();
  assert.deepEqual(accepted.map((row) => ({ ...row })), [
    { document: 'terms', version: version.terms, user_agent: 'the tests' },
    { document: 'privacy', version: version.privacy, user_agent: 'the tests' },
  ]);
  const [profile] = await sql`select display_name from public.profiles where email = ${email}`;
  assert.equal(profile.display_name, 'Ben Okri');
  assert.deepEqual(await written(email), ['company_invitation'], 'mails about an address that is known, or a password that is new');
  assert.equal(code(await accept(token, { password: PASSWORD })), '410 token_used');
  assert.equal(code(await preview(token)), '410 token_used');
});

test('whoever has an account accepts as themselves, and nobody does it for them', async () => {
  const customer = await aCustomer({ seats: 5 });
  const [ben, eve] = [await signedIn(), await signedIn()];
  const { token } = await invited(customer, ben.email);
  assert.equal((await preview(token)).body.requires, 'sign_in');
  assert.equal(code(await accept(token, { password: 'another good password' })), '401 unauthenticated');
  assert.equal(code(await accept(token, {}, await as(eve))), '403 wrong_account');
  assert.equal(code(await accept(token, {}, await as(customer.admin))), '403 wrong_account');
  assert.deepEqual(await members(customer), []);
  const { error } = await visitor().auth.signInWithPassword({ email: ben.email, password: PASSWORD });
  assert.equal(error, null, 'the password is another one');
  assert.equal(code(await accept(token, {}, await as(ben))), '200 accepted');
  assert.deepEqual(await members(customer), [`${ben.email} employee`]);
});

test('whoever is signed in as somebody else is told whether the invited address has an account yet', async () => {
  const customer = await aCustomer({ seats: 5 });
  const [ben, eve] = [await signedIn(), await signedIn()];
  const known = await accept((await invited(customer, ben.email)).token, {}, await as(eve));
  const unknown = await accept((await invited(customer, newAddress('newcomer'))).token, {}, await as(eve));
  assert.equal(code(known), '403 wrong_account');
  assert.match(known.body.detail, /sign in with the address/);
  assert.equal(code(unknown), '403 wrong_account');
  assert.match(unknown.body.detail, /has no account yet/);
});

test('a name that is none is refused before there is an account', async () => {
  const customer = await aCustomer({ seats: 5 });
  const email = newAddress('newcomer');
  const { token } = await invited(customer, email);
  for (const full_name of ['\u200b', 'Ben\u0000', 'See www.evil.example', 'n'.repeat(101)]) {
    const { status, body } = await accept(token, { password: PASSWORD, full_name });
    assert.deepEqual([status, body.errors?.[0].pointer, body.errors?.[0].code], [400, '/full_name', 'invalid_name'], JSON.stringify(full_name));
  }
  assert.deepEqual([...(await sql`select id from public.profiles where email = ${email}`)], []);
  assert.equal(code(await accept(token, { password: PASSWORD, full_name: 'Ben  Okri ' })), '200 accepted');
});

test('what is on record of an acceptance, the function vouches for and not the person', async () => {
  const customer = await aCustomer({ seats: 5 });
  const ben = await signedIn();
  await sql`delete from public.terms_acceptance where user_id = ${ben.id}`;
  const { token } = await invited(customer, ben.email);
  const forged = { p_token_id: ben.id, p_token_hash: '0'.repeat(64), p_user_id: ben.id, p_full_name: null, p_terms: {} };
  const direct = await ben.client.rpc('accept_invitation', { ...forged, p_context: { ip: '192.0.2.66' } });
  assert.equal(direct.error?.code, '42501', 'a person can accept past the function');
  const one = await FunctionProcess.start('company-invitation-accept', { CLIENT_IP_HEADER: 'x-real-ip' });
  try {
    const headers = { ...(await as(ben)), 'x-real-ip': '203.0.113.9', 'x-forwarded-for': '192.0.2.66', 'user-agent': 'the tests' };
    const response = await one.post('', { headers, body: { token, terms: await terms() } });
    assert.equal(response.status, 200, await response.text());
  } finally {
    await one.kill();
  }
  const evidence = await sql`
    select document, host(ip_address) as ip, user_agent from public.terms_acceptance
    where user_id = ${ben.id} order by document desc`;
  assert.deepEqual(evidence.map((row) => ({ ...row })), [
    { document: 'terms', ip: '203.0.113.9', user_agent: 'the tests' },
    { document: 'privacy', ip: '203.0.113.9', user_agent: 'the tests' },
  ]);
});

test('an account that nobody confirmed gets a new password, and whoever made it is out', async () => {
  const customer = await aCustomer({ seats: 5 });
  const squatter = await unconfirmed({ display_name: 'Call evil.test', locale: 'ru', time_zone: 'Asia/Tokyo' });
  const { token } = await invited(customer, squatter.email, 2);
  assert.equal((await preview(token)).body.requires, 'password');
  const own = { password: 'a password of my own', full_name: 'Ines Vega' };
  assert.equal(code(await accept(token, own)), '200 accepted');
  const before = await visitor().auth.signInWithPassword({ email: squatter.email, password: PASSWORD });
  assert.ok(before.error, 'the old password still works');
  const client = visitor();
  const now = await client.auth.signInWithPassword({ email: squatter.email, password: own.password });
  assert.equal(now.error, null);
  assert.equal(now.data.user?.id, squatter.id);
  const { data: profile } = await client.from('profiles').select('display_name, locale, time_zone').single();
  assert.deepEqual(profile, { display_name: 'Ines Vega', locale: 'en', time_zone: 'UTC' }, 'words of whoever was first');
  assert.deepEqual(await members(customer), [`${squatter.email} employee`]);
});

test('what is refused makes no account and leaves an invitation that can be accepted', async () => {
  const customer = await aCustomer({ seats: 5 });
  const email = newAddress('benjamin');
  const { token } = await invited(customer, email);
  const other = { terms: { ...(await terms()), privacy: '1999-01' } };
  assert.equal(code(await accept(token, { password: PASSWORD, ...other })), '409 version_not_in_force');
  assert.equal(code(await accept(token)), '400 invalid_request');
  const weak = await accept(token, { password: `${customer.company.name}!` });
  assert.equal(code(weak), '422 rule_violation');
  assert.deepEqual(weak.body.errors.map((/** @type {any} */ error) => `${error.pointer} ${error.code}`), [
    '/password contains_name',
  ]);
  const common = await accept(token, { password: 'password1234' });
  assert.equal(code(common), '422 rule_violation');
  const [{ count }] = await sql`select count(*)::int from auth.users where email = ${email}`;
  assert.equal(count, 0);
  assert.equal(code(await accept(token, { password: PASSWORD })), '200 accepted');
});

test('every reason why an invitation cannot be accepted has its code', async () => {
  /** @type {Record<string, (customer: Customer, id: string) => Promise<unknown>>} */
  const reasons = {
    '410 invitation_revoked': ({ admin }, id) => ask(admin, 'company-invite-employee/revoke', { invitation_id: id }),
    '410 token_superseded': ({ admin }, id) => ask(admin, 'company-invite-employee/resend', { invitation_id: id }),
    '410 token_expired': (_, id) => sql`
      update private.invitation_tokens
      set created_at = created_at - interval '9 days', expires_at = expires_at - interval '9 days'
      where invitation_id = ${id}`,
    '409 company_suspended': ({ company }) => sql`
      update public.companies set status = 'suspended' where id = ${company.id}`,
    '409 seat_limit': async ({ company }) => {
      await memberOf(company, 'employee');
      await sql`update public.company_subscriptions set seats = 2 where company_id = ${company.id}`;
    },
  };
  for (const [expected, happen] of Object.entries(reasons)) {
    const customer = await aCustomer({ seats: 5 });
    const email = newAddress('benjamin');
    const { id, token } = await invited(customer, email);
    await happen(customer, id);
    assert.equal(code(await preview(token)), expected);
    assert.equal(code(await accept(token, { password: PASSWORD })), expected);
    assert.equal(code(await accept(token, {}, await as(customer.admin))), expected);
    const [{ count }] = await sql`select count(*)::int from auth.users where email = ${email}`;
    assert.equal(count, 0, expected);
  }
});

test('an admin who is one no more has left no way in behind', async () => {
  /** @type {Record<string, (company: { id: string }, admin: Person, former: Person) => PromiseLike<{ error: unknown }>>} */
  const ends = {
    removed: ({ id }, admin, former) => admin.client.rpc('deactivate_member', { p_company_id: id, p_user_id: former.id }),
    demoted: ({ id }, admin, former) =>
      admin.client.rpc('set_member_role', { p_company_id: id, p_user_id: former.id, p_role: 'manager' }),
    left: ({ id }, _, former) => former.client.rpc('leave_company', { p_company_id: id }),
    deleted: (_, __, former) => service.auth.admin.deleteUser(former.id),
    suspended: (_, __, former) => service.auth.admin.updateUserById(former.id, { ban_duration: '24h' }),
  };
  for (const [how, end] of Object.entries(ends)) {
    const customer = await aCustomer({ seats: 5 });
    const former = await memberOf(customer.company, 'admin');
    const email = newAddress('accomplice');
    const { token } = await invited({ ...customer, admin: former }, email, 1, { role: 'admin' });
    assert.equal((await preview(token)).status, 200);
    const { error } = await end(customer.company, customer.admin, former);
    assert.equal(error, null, how);
    assert.equal(code(await preview(token)), '410 invitation_revoked', how);
    assert.equal(code(await accept(token, { password: PASSWORD })), '410 invitation_revoked', how);
    const [{ count }] = await sql`select count(*)::int from auth.users where email = ${email}`;
    assert.equal(count, 0, how);
    const { data } = await customer.admin.client.from('company_employee_invitations').select('status').eq('email', email);
    assert.deepEqual(data, [{ status: 'revoked' }], how);
  }
});

test('five wrong secrets exhaust a link', async () => {
  const customer = await aCustomer({ seats: 5 });
  const { token } = await invited(customer, newAddress('benjamin'));
  const bytes = Buffer.from(token, 'base64url');
  bytes[bytes.length - 1] ^= 1;
  const forged = bytes.toString('base64url');
  for (let i = 0; i < 5; i += 1) assert.equal(code(await accept(forged, { password: PASSWORD })), '400 token_invalid');
  assert.equal(code(await accept(token, { password: PASSWORD })), '410 token_exhausted');
});

test('an account that nobody had confirmed accepts with its first own password, and is told of no change', async () => {
  const customer = await aCustomer({ seats: 5 });
  const person = await unconfirmed();
  const { token } = await invited(customer, person.email, 2);
  assert.equal(code(await accept(token, { password: 'the first one of my own' })), '200 accepted');
  assert.deepEqual(await written(person.email), ['company_invitation', 'verify_email']);
});

test('of racing acceptances one makes a member, whatever account there is', async () => {
  for (const account of ['none', 'unconfirmed', 'confirmed']) {
    const customer = await aCustomer({ seats: 5 });
    const person = account === 'none' ? null : await (account === 'confirmed' ? signedIn() : unconfirmed());
    const email = person?.email ?? newAddress('benjamin');
    const { token } = await invited(customer, email, account === 'unconfirmed' ? 2 : 1);
    const headers = account === 'confirmed' && person ? await as(person) : {};
    const fields = account === 'confirmed' ? {} : { password: PASSWORD };
    const answers = await Promise.all(Array.from({ length: 20 }, () => accept(token, fields, headers)));
    const found = answers.map(code);
    assert.equal(found.filter((one) => one === '200 accepted').length, 1, `${account}: ${found.join(', ')}`);
    const losers = found.filter((one) => one !== '200 accepted');
    const allowed = /^(410 token_used|409 conflict|401 unauthenticated)$/;
    for (const loser of losers) assert.match(loser, allowed, account);
    assert.deepEqual(await members(customer), [`${email} employee`]);
  }
});
