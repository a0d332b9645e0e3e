// @ts-check
// The job that mails specialists their day dies at any moment, and runs twice. Afterwards each has one mail for the day.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from '../../end-to-end/platform/clients.mjs';
import { environment } from '../../end-to-end/platform/environment.mjs';
import { aSpecialistDayAndNight } from '../../end-to-end/platform/specialists.mjs';

const SPECIALISTS = 400;
const RUNS = 24;
/** A day on which nobody else has sessions, and which pg_cron's own runs do not see. */
const DAY = '2031-05-10';

after(() => sql.end());

/** Specialists with two sessions each on the day, with somebody of their own. Nobody of them has a password. */
async function specialists() {
  const { sessionTypeId } = await aSpecialistDayAndNight();
  await sql`
    insert into auth.users (id, email, email_confirmed_at, aud, role)
    select gen_random_uuid(), kind || '-' || n || '@example.com', now(), 'authenticated', 'authenticated'
    from generate_series(1, ${SPECIALISTS}::int) n, unnest(array['agenda', 'their-employee']) kind`;
  await sql`
    insert into public.specialists (user_id, display_name) select id, 'Ines Novak' from public.profiles where email like 'agenda-%'`;
  await sql`
    insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
    select e.id, c.id, s.id, ${sessionTypeId}, t, t + interval '50 minutes', 'confirmed'
    from public.specialists s join public.profiles p on p.id = s.user_id
    join public.profiles e on e.email = replace(p.email, 'agenda-', 'their-employee-')
    cross join (select id from public.companies order by created_at, id limit 1) c
    cross join unnest(array[${`${DAY} 09:00Z`}, ${`${DAY} 14:00Z`}]::timestamptz[]) t
    where p.email like 'agenda-%'`;
}

/** @returns {Promise<{ count: number }[]>} of each specialist */
const mails = () => sql`
  select count(e.id)::int as count
  from public.profiles p left join private.emails e on e.user_id = p.id and e.template_key = 'daily_agenda'
  where p.email like 'agenda-%' group by p.id`;

/** Runs the job in a session that is ended from outside after so many milliseconds, as by a crash. @param {number} life */
async function runUntilKilled(life) {
  const name = `agenda-${randomUUID()}`;
  const job = ['--no-psqlrc', '--quiet', '--command', `select private.job_mail_agendas('${DAY} 08:00Z')`, environment.databaseUrl];
  const session = spawn('psql', job, { env: { ...process.env, PGAPPNAME: name }, stdio: 'ignore' });
  const end = once(session, 'exit');
  const isConnected = async () => (await sql`select from pg_stat_activity where application_name = ${name}`).length > 0;
  while (session.exitCode === null && !(await isConnected())) await pause(1);
  await pause(life);
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = ${name}`;
  const [code] = await end;
  return code === 0 ? 'done' : 'killed';
}

test('killed at any moment, and two at a time, the job mails each specialist once a day', async () => {
  await specialists();
  const ends = new Set();
  for (let run = 0; run < RUNS; run += 2) {
    const lives = [Math.random() * 300, Math.random() * 300];
    for (const end of await Promise.all(lives.map(runUntilKilled))) ends.add(end);
  }
  assert.ok(ends.has('killed'), 'no run was killed');
  await sql`select private.job_mail_agendas(${`${DAY} 08:05Z`})`;
  await sql`select private.job_mail_agendas(${`${DAY} 08:10Z`})`;
  const counts = await mails();
  assert.equal(counts.length, SPECIALISTS);
  assert.deepEqual(counts.filter(({ count }) => count !== 1), []);
});
