// @ts-check
// Does the time it takes an employer to remove somebody tell how many sessions that person has?

import { sql } from '../end-to-end/platform/clients.mjs';
import { aCompany, memberOf } from '../end-to-end/platform/companies.mjs';
import { report } from './report.mjs';
import { mixed } from './trials.mjs';

const SESSIONS = [0, 1, 2, 5];
/** One more in each run, so that nobody is in two sessions at once. */
let hour = 24 * 100;

/** @param {number} each */
export async function removal(each) {
  const company = await aCompany();
  const { client } = await memberOf(company, 'admin');
  const remove = async (/** @type {string} */ id) => {
    const started = performance.now();
    const { error } = await client.rpc('deactivate_member', { p_company_id: company.id, p_user_id: id });
    if (error) throw error;
    return performance.now() - started;
  };
  await mixed(await membersBySessions(company.id, 10), remove);
  console.log(report('Removing a member', await mixed(await membersBySessions(company.id, each), remove)));
}

/** @param {string} company @param {number} each */
async function membersBySessions(company, each) {
  /** @type {Record<string, string[]>} */
  const members = {};
  for (const count of SESSIONS) members[`${count} sessions to come`] = await membersWith(company, each, count);
  return members;
}

/** Members as accepting an invitation makes them, and their sessions. @param {string} company @param {number} each @param {number} sessions */
async function membersWith(company, each, sessions) {
  const people = await sql`
    insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at)
    select n.id, 'authenticated', 'authenticated', n.id || '@uniformity.example.com', 'none', now()
    from (select gen_random_uuid() as id from generate_series(1, ${each})) n returning id`;
  const ids = people.map(({ id }) => /** @type {string} */ (id));
  await sql`insert into public.company_members (company_id, user_id) select ${company}, unnest(${ids}::uuid[])`;
  await sql`
    insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
    select p.id, ${company}, s.specialist_id, s.type_id, t.at, t.at + interval '30 minutes', 'confirmed'
    from unnest(${ids}::uuid[]) with ordinality p (id, n)
    cross join generate_series(1, ${sessions}) k
    cross join lateral (select date_trunc('hour', now()) + make_interval(hours => ${hour}::int + (p.n::int - 1) * ${sessions}::int + k)) t (at)
    cross join (
      select sp.specialist_id, y.id as type_id from public.specialist_pillars sp join public.session_types y using (pillar_id) limit 1
    ) s`;
  hour += each * sessions;
  return ids;
}
