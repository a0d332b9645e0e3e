// @ts-check
// The job that mails specialists their day dies at any moment, and runs twice. Afterwards each has one mail for the day.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from '../../end-to-end/platform/clients.mjs';
import { aSpecialistDayAndNight } from '../../end-to-end/platform/specialists.mjs';

const SPECIALISTS = 400;
const RUNS = 40;
/** A day on which nobody else has sessions, and which pg_cron's own runs do not see. */
const DAY = '2031-05-10';

after(() => sql.end());

/** Specialists with two sessions each on the day, and without an account of Auth's to sign in with. */
async function specialists() {
  const { sessionTypeId } = await aSpecialistDayAndNight();
  await sql`
    insert into auth.users (id, email, email_confirmed_at, aud, role)
    select gen_random_uuid(), 'agenda-' || n || '@example.com', now(), 'authenticated', 'authenticated'
    from generate_series(1, ${SPECIALISTS}::int) n`;
  await sql`
    insert into public.specialists (user_id, display_name) select id, 'Ines Novak' from public.profiles where email like 'agenda-%'`;
  await sql`
    insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
    select m.user_id, m.company_id, s.id, ${sessionTypeId}, t, t + interval '50 minutes', 'confirmed'
    from public.specialists s join public.profiles p on p.id = s.user_id and p.email like 'agenda-%'
    cross join (select user_id, company_id from public.company_members where status = 'active' order by user_id limit 1) m
    cross join unnest(array[${`${DAY} 09:00Z`}, ${`${DAY} 14:00Z`}]::timestamptz[]) t`;
}

/** @returns {Promise<{ count: number }[]>} of each specialist */
const mails = () => sql`
  select count(e.id)::int as count
  from public.profiles p left join private.emails e on e.user_id = p.id and e.template_key = 'daily_agenda'
  where p.email like 'agenda-%' group by p.id`;

/** Runs the job in a session that is ended from outside after so many milliseconds, as by a crash. @param {number} life */
async function runUntilKilled(life) {
  const session = await sql.reserve();
  try {
    const [{ pid }] = await session`select pg_backend_pid() as pid`;
    const run = session`select private.job_mail_agendas(${`${DAY} 08:00Z`})`.then(() => 'done', () => 'killed');
    await pause(life);
    await sql`select pg_terminate_backend(${pid})`;
    return await run;
  } finally {
    session.release();
  }
}

test('killed at any moment, and two at a time, the job mails each specialist once a day', async () => {
  await specialists();
  const ends = new Set();
  for (let run = 0; run < RUNS; run += 2) {
    const lives = [Math.random() * 60, Math.random() * 60];
    for (const end of await Promise.all(lives.map(runUntilKilled))) ends.add(end);
  }
  assert.ok(ends.has('killed'), 'no run was killed');
  await sql`select private.job_mail_agendas(${`${DAY} 08:05Z`})`;
  await sql`select private.job_mail_agendas(${`${DAY} 08:10Z`})`;
  const counts = await mails();
  assert.equal(counts.length, SPECIALISTS);
  assert.deepEqual(counts.filter(({ count }) => count !== 1), []);
});
