// @ts-check
// Another address for an account: asked for, confirmed, taken back, and what stays hidden meanwhile.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { sql, visitor } from './platform/clients.mjs';
import { aCustomer, as, ask } from './platform/companies.mjs';
import { FailingAuth } from './platform/failing-auth.mjs';
import { FunctionProcess } from './platform/function-process.mjs';
import { callFunction, dispatch, fingerprint, outcome, requestReset } from './platform/functions.mjs';
import { mailTo, mailsTo, tokenIn } from './platform/inbox.mjs';
import { PASSWORD, newAddress, signedIn, unconfirmed } from './platform/people.mjs';

after(() => sql.end());

/** @typedef {Awaited<ReturnType<typeof signedIn>>} Person */

/** @param {Person} person @param {string} email */
const change = async (person, email) => callFunction('auth-email-change', { headers: await as(person), body: { email } });

/** @param {'confirm' | 'cancel'} route @param {string} token */
const use = (route, token) => callFunction(`auth-email-change/${route}`, { body: { token } });

/** Somebody signed in, who has asked for a private address, with both links. */
async function moving() {
  const person = await signedIn();
  const home = newAddress('home');
  assert.equal((await change(person, home)).status, 202);
  const confirm = tokenIn(await mailTo(home), 'confirm-new-address');
  const cancel = tokenIn(await mailTo(person.email), 'keep-address');
  return { person, home, confirm, cancel };
}

/** Why somebody cannot sign in, or null. @param {string} email @param {string} [password] */
async function signInError(email, password = PASSWORD) {
  const { error } = await visitor().auth.signInWithPassword({ email, password });
  return error?.code ?? null;
}

/** @param {{ id: string }} person */
async function addressOf({ id }) {
  const [row] = await sql`
    select u.email, p.email as profile, i.identity_data ->> 'email' as identity
    from auth.users u join public.profiles p on p.id = u.id left join auth.identities i on i.user_id = u.id where u.id = ${id}`;
  assert.deepEqual([row.profile, row.identity], [row.email, row.email], 'Auth and the profile say the same');
  return row.email;
}

test('ask, get the mail, confirm, sign in with the new address; the old one is told and signs in no more', async () => {
  const { person, home, confirm } = await moving();
  assert.equal(await addressOf(person), person.email, 'nothing changes before');
  assert.deepEqual(await (await use('confirm', confirm)).json(), { status: 'changed' });
  assert.equal(await addressOf(person), home);
  const { error } = await person.client.auth.refreshSession();
  assert.ok(error, 'a session of before goes on');
  assert.equal(await signInError(person.email), 'invalid_credentials');
  assert.equal(await signInError(home), null);
  const notice = await mailTo(person.email, 2);
  assert.match(notice.subject, /was changed/);
  for (const text of [notice.text, notice.html]) assert.ok(!text.includes(home), 'the old address does not learn the new one');
  assert.deepEqual(await (await use('confirm', confirm)).json(), { status: 'already_changed' });
});

test('for a day the old address takes the account back, and nobody else is in it then', async () => {
  const { person, home, confirm, cancel } = await moving();
  await use('confirm', confirm);
  assert.equal(await signInError(home), null);
  assert.deepEqual(await (await use('cancel', cancel)).json(), { status: 'moved_back' });
  assert.equal(await addressOf(person), person.email);
  assert.equal(await signInError(home), 'invalid_credentials');
  assert.equal(await signInError(person.email), 'invalid_credentials', 'the password that was known meanwhile is void');
  const [{ sessions }] = await sql`select count(*)::int as sessions from auth.sessions where user_id = ${person.id}`;
  assert.equal(sessions, 0);
  assert.match((await mailTo(person.email, 3)).subject, /has this address again/);
  await requestReset(person.email);
  const token = tokenIn(await mailTo(person.email, 4), 'reset-password');
  const chosen = 'a new staple for the old horse';
  assert.equal((await callFunction('auth-password-reset-complete', { body: { token, password: chosen } })).status, 200);
  assert.equal(await signInError(person.email, chosen), null, 'its owner chooses another');
  assert.equal(await outcome(await use('cancel', cancel)), '410 token_used');
  assert.equal(await outcome(await use('confirm', confirm)), '410 token_superseded');
});

test('before it is confirmed the old address voids it, and ends the session that asked', async () => {
  const { person, confirm, cancel } = await moving();
  assert.deepEqual(await (await use('cancel', cancel)).json(), { status: 'kept' });
  assert.equal(await outcome(await use('confirm', confirm)), '410 token_superseded');
  assert.ok((await person.client.auth.refreshSession()).error);
  assert.equal(await signInError(person.email), null, 'the password is as it was');
});

test('the answer is the same whatever the address, and only its mailbox is told more', async () => {
  const [taken, waiting] = [await signedIn(), await unconfirmed()];
  const prints = [];
  for (const email of [newAddress('free'), taken.email, waiting.email]) {
    const person = await signedIn();
    prints.push(await fingerprint(await change(person, email)));
    assert.match((await mailTo(person.email)).subject, /wants to change the address/);
    await dispatch('email-dispatch');
    const { data } = await person.client.from('communication_logs').select('template_key');
    assert.deepEqual(data, [{ template_key: 'email_change_notice' }], 'what the person can read of it');
    const { data: seen } = await person.client.from('email_changes').select('status');
    assert.deepEqual(seen, [{ status: 'requested' }]);
  }
  assert.deepEqual(prints, [prints[0], prints[0], prints[0]]);
  const told = await mailTo(taken.email);
  assert.match(told.subject, /have an account/);
  assert.doesNotMatch(told.text, /#token=/);
});

test('whoever is not signed in asks for nothing, and whoever asks too often waits', async () => {
  const person = await signedIn();
  assert.equal(await outcome(await callFunction('auth-email-change', { body: { email: newAddress() } })), '401 unauthenticated');
  for (let n = 0; n < 5; n += 1) assert.equal((await change(person, newAddress('often'))).status, 202);
  const refused = await change(person, newAddress('often'));
  assert.ok(Number(refused.headers.get('retry-after')) > 60);
  assert.equal(await outcome(refused), '429 rate_limited');
});

test('an address that somebody has by then is a clean conflict', async () => {
  const { home, person, confirm } = await moving();
  await sql`update auth.users set email = ${home} where id = ${(await signedIn()).id}`;
  assert.equal(await outcome(await use('confirm', confirm)), '409 conflict');
  assert.equal(await addressOf(person), person.email);
});

describe('when Auth fails', () => {
  test('the link to the new address works again', async () => {
    const { person, home, confirm } = await moving();
    const auth = await new FailingAuth().listen();
    auth.answer = { status: 502, body: 'bad gateway' };
    const one = await FunctionProcess.start('auth-email-change', { SUPABASE_URL: auth.url });
    try {
      assert.equal(await outcome(await one.post('/confirm', { body: { token: confirm } })), '503 upstream_unavailable');
    } finally {
      await one.kill();
      await auth.close();
    }
    assert.equal(await addressOf(person), person.email);
    assert.deepEqual(await (await use('confirm', confirm)).json(), { status: 'changed' });
    assert.equal(await addressOf(person), home);
  });
});

test('of confirmations and cancellations at once, one is the story', async () => {
  const { person, confirm, cancel } = await moving();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => use(n % 2 ? 'confirm' : 'cancel', n % 2 ? confirm : cancel).then((one) => outcome(one))),
  );
  const last = await outcome(await use('cancel', cancel));
  assert.equal(last, '410 token_used', answers.join(', '));
  assert.equal(await addressOf(person), person.email);
  const changes = await sql`select status from public.email_changes where user_id = ${person.id}`;
  assert.match(changes[0].status, /^(cancelled|reverted)$/);
  assert.equal(await outcome(await use('confirm', confirm)), '410 token_superseded');
});

describe('somebody whom an employer invited', () => {
  /** A member by an address at work, who gave one of their own when accepting, and confirmed it. */
  async function employed() {
    const { company, admin } = await aCustomer();
    const [work, home] = [newAddress('work'), newAddress('home')];
    const { body } = await ask(admin, 'company-invite-employee', { company_id: company.id, invitations: [{ email: work }] });
    assert.equal(body.results[0].status, 'invited');
    const token = tokenIn(await mailTo(work), 'accept-invitation');
    const { body: preview } = await ask(admin, 'company-invitation-accept/preview', { token });
    const accepted = await callFunction('company-invitation-accept', {
      body: { token, password: PASSWORD, full_name: 'Ada', private_email: home, terms: preview.terms },
    });
    assert.equal(accepted.status, 200, await accepted.clone().text());
    return { company, admin, work, home };
  }

  test('moves the account when accepting, and the employer sees what it saw', async () => {
    const { company, admin, work, home } = await employed();
    const seen = async () => {
      const tables = ['company_members', 'company_employee_invitations'].map((name) =>
        admin.client.from(name).select(name === 'company_members' ? 'user_id, role, status, created_at, updated_at' : '*').eq('company_id', company.id));
      const rows = await Promise.all([...tables, admin.client.rpc('company_directory', { p_company_id: company.id })]);
      for (const { error } of rows) assert.equal(error, null);
      return JSON.stringify(rows.map(({ data }) => data));
    };
    const before = await seen();
    assert.ok(before.includes(work));
    await use('confirm', tokenIn(await mailTo(home), 'confirm-new-address'));
    assert.equal(await signInError(home), null);
    assert.equal(await seen(), before);
    const { body } = await ask(admin, 'company-invite-employee', { company_id: company.id, invitations: [{ email: work }, { email: home }] });
    assert.deepEqual(body.results.map((/** @type {{ status: string }} */ { status }) => status), ['already_member', 'invited'], 'the private address is as unknown as any');
  });

  test('gets a reset at the private address, also by the one at work, whose mailbox gets none', async () => {
    const { work, home } = await employed();
    await use('confirm', tokenIn(await mailTo(home), 'confirm-new-address'));
    const before = (await mailsTo(work)).length;
    await requestReset(work);
    const token = tokenIn(await mailTo(home, 2), 'reset-password');
    await dispatch('email-dispatch');
    assert.equal((await mailsTo(work)).filter(({ subject }) => /new password/.test(subject)).length, 0);
    assert.ok((await mailsTo(work)).length - before <= 1, 'the notice of the move at most');
    assert.equal((await callFunction('auth-password-reset-complete', { body: { token, password: 'another good password' } })).status, 200);
    assert.equal(await signInError(home, 'another good password'), null);
  });

  test('joins with the account that they have, if they say so', async () => {
    const person = await signedIn({ display_name: 'Ada' });
    const { company, admin } = await aCustomer();
    const work = newAddress('work');
    await ask(admin, 'company-invite-employee', { company_id: company.id, invitations: [{ email: work }] });
    const token = tokenIn(await mailTo(work), 'accept-invitation');
    const { body: preview } = await ask(person, 'company-invitation-accept/preview', { token });
    const request = { token, terms: preview.terms };
    assert.equal((await ask(person, 'company-invitation-accept', request)).body.code, 'wrong_account');
    assert.equal((await ask(person, 'company-invitation-accept', { ...request, own_account: true })).status, 200);
    const { data } = await admin.client.rpc('company_directory', { p_company_id: company.id });
    const directory = JSON.stringify(data);
    assert.ok(directory.includes(work) && !directory.includes(person.email), directory);
  });

  test('is told, when the membership ends, to move an account that is still at work', async () => {
    const { company, admin, work } = await employed();
    const [{ user_id: id }] = await sql`select user_id from public.company_members where company_id = ${company.id} and email = ${work}`;
    const { error } = await admin.client.rpc('deactivate_member', { p_company_id: company.id, p_user_id: id });
    assert.equal(error, null);
    await sql`select private.job_settle_ended_memberships(now())`;
    await dispatch('email-dispatch');
    const mails = await mailsTo(work);
    const told = mails.find(({ subject }) => /stays yours/.test(subject));
    assert.match(told?.text ?? '', /\/change-address/);
    const person = visitor();
    await person.auth.signInWithPassword({ email: work, password: PASSWORD });
    assert.equal((await person.rpc('former_work_address')).data, work);
  });
});
