// @ts-check
// An employer who works at it: an admin who is a member, too, tries to find out that a colleague has a session. What
// they can see in SQL is compared in supabase/tests/database/211 and 212; these are the ways by HTTP.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../platform/clients.mjs';
import { aCustomer, as, memberOf } from '../platform/companies.mjs';
import { environment } from '../platform/environment.mjs';
import { aSpecialistDayAndNight } from '../platform/specialists.mjs';

after(() => sql.end());

/** @typedef {Awaited<ReturnType<typeof memberOf>>} Person */

const ALLOWANCE = 3;
/** @type {{ company: { id: string }, admin: Person, colleague: Person }} */
let here;
/** @type {Awaited<ReturnType<typeof aSpecialistDayAndNight>>} */
let offer;

before(async () => {
  const { company, plan, admin } = await aCustomer();
  await sql`update public.company_subscription_plans set sessions_per_month = ${ALLOWANCE} where id = ${plan.id}`;
  here = { company, admin, colleague: await memberOf(company, 'employee') };
  offer = await aSpecialistDayAndNight();
});

/** The month after next, so that all are in one. @param {number} day @param {number} [hour] */
function at(day, hour = 3) {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 2, day, hour));
}

/** @param {Person} person @param {Date} starts */
const book = ({ client }, starts) =>
  client.rpc('book_session', {
    p_specialist_id: offer.specialistId,
    p_session_type_id: offer.sessionTypeId,
    p_starts_at: starts.toISOString(),
    p_company_id: here.company.id,
  });

/** How many sessions the admin gets before one is refused; each is cancelled again. */
async function countByBooking() {
  const booked = [];
  let refusal;
  for (let day = 5; !refusal && day < 25; day += 1) {
    const { data, error } = await book(here.admin, at(day, 11));
    if (error) refusal = error.message;
    else booked.push(data.id);
  }
  for (const id of booked) {
    const { error } = await here.admin.client.rpc('cancel_booking', { p_booking_id: id });
    assert.equal(error, null);
  }
  assert.equal(refusal, 'sessions_used_up');
  return booked.length;
}

/** What the admin is offered. */
async function offered() {
  const { data, error } = await here.admin.client.rpc('available_slots', {
    p_specialist_id: offer.specialistId,
    p_from: at(1, 0).toISOString(),
    p_to: at(15, 0).toISOString(),
    p_limit: 1000,
  });
  assert.equal(error, null);
  return data.slots.map((/** @type {{ starts_at: string }} */ { starts_at }) => starts_at);
}

/** A bare request as the admin. @param {string} path @param {RequestInit & { headers?: Record<string, string> }} [init] */
async function asAdmin(path, init = {}) {
  const headers = { apikey: environment.publishableKey, ...(await as(here.admin)), ...init.headers };
  return fetch(`${environment.url}/rest/v1/${path}`, { ...init, headers });
}

test('who books until refused finds their own allowance, however much colleagues book', async () => {
  assert.equal(await countByBooking(), ALLOWANCE);
  for (const day of [2, 3]) assert.equal((await book(here.colleague, at(day))).error, null);
  assert.equal(await countByBooking(), ALLOWANCE);
});

test('nor does the time zone of the company tell on which side of a month a session lies', async () => {
  for (const zone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'UTC']) {
    const { error } = await here.admin.client.rpc('change_company', { p_company_id: here.company.id, p_time_zone: zone });
    assert.equal(error, null);
    assert.equal(await countByBooking(), ALLOWANCE, zone);
  }
});

test('the planner, asked for a count, expects the same of a colleague and of nobody', async () => {
  await sql`analyze public.bookings`;
  const counts = [];
  for (const id of [here.colleague.id, '00000000-0000-4000-8000-000000000000']) {
    for (const count of ['planned', 'estimated']) {
      const response = await asAdmin(`bookings?employee_id=eq.${id}&select=id`, { method: 'HEAD', headers: { prefer: `count=${count}` } });
      counts.push(`${count} ${response.headers.get('content-range')}`);
    }
  }
  assert.deepEqual(counts.slice(0, 2), counts.slice(2));
});

test('where a row lies and who wrote it is not told', async () => {
  for (const column of ['ctid', 'xmin', 'tableoid']) {
    for (const table of ['bookings', 'booking_status_history', 'booking_reminders', 'company_members', 'communication_logs']) {
      const response = await asAdmin(`${table}?select=${column}`);
      assert.ok(response.status >= 400, `${table}.${column}: ${response.status} ${await response.text()}`);
    }
  }
});

test('members are not changed by a request that can be rolled back and timed', async () => {
  const row = `company_members?company_id=eq.${here.company.id}&user_id=eq.${here.colleague.id}`;
  for (const prefer of ['return=minimal', 'tx=rollback', 'handling=strict, max-affected=1']) {
    const response = await asAdmin(row, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', accept: 'application/vnd.pgrst.object+json', prefer },
      body: JSON.stringify({ status: 'removed' }),
    });
    assert.equal(response.status, 403, `${prefer}: ${await response.text()}`);
  }
  const [{ status }] = await sql`select status from public.company_members where user_id = ${here.colleague.id}`;
  assert.equal(status, 'active');
});

test('what is offered is the same before and after a member is removed, and when their sessions are cancelled', async () => {
  const before = await offered();
  assert.ok(!before.some((/** @type {string} */ time) => Date.parse(time) === at(2).getTime()), 'the colleague has a session');
  const { client } = here.admin;
  const { error } = await client.rpc('deactivate_member', { p_company_id: here.company.id, p_user_id: here.colleague.id });
  assert.equal(error, null);
  assert.deepEqual(await offered(), before);
  await sql`select private.run_job('settle_ended_memberships')`;
  assert.deepEqual(await offered(), before);
  await sql`update private.membership_ends set cancels_at = now() where user_id = ${here.colleague.id}`;
  await sql`select private.run_job('cancel_ended_sessions')`;
  const [{ cancelled }] = await sql`
    select count(*)::int as cancelled from public.bookings where employee_id = ${here.colleague.id} and status = 'cancelled'`;
  assert.equal(cancelled, 2);
  assert.deepEqual(await offered(), before);
});
