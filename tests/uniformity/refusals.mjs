// @ts-check
// Does the time it takes to be refused a time tell why it is not free?

import { sql } from '../end-to-end/platform/clients.mjs';
import { aCustomer, memberOf } from '../end-to-end/platform/companies.mjs';
import { aSpecialistDayAndNight } from '../end-to-end/platform/specialists.mjs';
import { report } from './report.mjs';
import { mixed, shuffle } from './trials.mjs';

/** @typedef {{ specialistId: string, sessionTypeId: string, companyId: string, colleagueId: string }} Scene */

/** Why a time is not free, and what makes it so; instants as ISO 8601. @type {Record<string, (scene: Scene, starts: string[]) => Promise<unknown>>} */
const REASONS = {
  "a colleague's session": ({ specialistId, sessionTypeId, companyId, colleagueId }, starts) => sql`
    insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
    select ${colleagueId}::uuid, ${companyId}::uuid, ${specialistId}::uuid, ${sessionTypeId}::uuid, t, t + interval '50 minutes', 'confirmed'
    from unnest(${starts}::text[]::timestamptz[]) t`,
  'a day off': ({ specialistId }, starts) => sql`
    insert into public.specialist_availability_exceptions (specialist_id, kind, starts_at, ends_at)
    select id, 'time_off', t at time zone time_zone, t at time zone time_zone + interval '50 minutes'
    from public.specialists, unnest(${starts}::text[]::timestamptz[]) t where id = ${specialistId}`,
  'a time that fell free': ({ specialistId }, starts) => sql`
    insert into public.specialist_freed_times (specialist_id, starts_at, ends_at, offered_at)
    select ${specialistId}::uuid, t, t + interval '50 minutes', now() + interval '1 day' from unnest(${starts}::text[]::timestamptz[]) t`,
};

const HOUR = 3_600_000;
const WARM_UP = 10;

/** @param {number} each */
export async function refusals(each) {
  const { company, admin } = await aCustomer();
  const colleague = await memberOf(company, 'employee');
  const offer = await aSpecialistDayAndNight();
  const { warmUp, measured } = await occupy({ ...offer, companyId: company.id, colleagueId: colleague.id }, each);
  const ask = async (/** @type {string} */ starts) => {
    const started = performance.now();
    const { error } = await admin.client.rpc('book_session', {
      p_specialist_id: offer.specialistId,
      p_session_type_id: offer.sessionTypeId,
      p_starts_at: starts,
      p_company_id: company.id,
    });
    const took = performance.now() - started;
    if (error?.message !== 'slot_taken') throw error ?? new Error(`${starts} was free`);
    return took;
  };
  await mixed(warmUp, ask);
  console.log(report('Being refused a time that is not free', await mixed(measured, ask)));
}

/** Takes hours in random order, so that no reason lies later than another. @param {Scene} scene @param {number} each */
async function occupy(scene, each) {
  const reasons = Object.entries(REASONS);
  const tomorrow = Math.ceil(Date.now() / HOUR) * HOUR + 24 * HOUR;
  const count = reasons.length * (each + WARM_UP);
  const hours = shuffle(Array.from({ length: count }, (_, n) => new Date(tomorrow + n * HOUR).toISOString()));
  /** @type {Record<'warmUp' | 'measured', Record<string, string[]>>} */
  const subjects = { warmUp: {}, measured: {} };
  for (const [reason, take] of reasons) {
    const starts = hours.splice(0, each + WARM_UP);
    await take(scene, starts);
    subjects.warmUp[reason] = starts.slice(0, WARM_UP);
    subjects.measured[reason] = starts.slice(WARM_UP);
  }
  return subjects;
}
