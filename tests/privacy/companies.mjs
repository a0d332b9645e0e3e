// @ts-check
// Companies that live for a year in the database, and all that their admins see meanwhile.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import { chance } from '../agreement/random.mjs';
import { withMigratedDatabase } from '../../supabase/tests/migrated-database.mjs';

/** @typedef {{ used: number[], known: boolean }} Member by the numbers of the pillars in which they had a session */
/** @typedef {{ people: number | null, pillars: (number | null)[] }} Told */
/** @typedef {{ month: string, members: Member[], told: Told, exactly: Told, fives: Told }} Month */
/** @typedef {{ pillars: string[], limit: number | null, months: Month[] }} Company */
/** @typedef {{ id: string, own: boolean, joins: number, leaves: number, habits: number[] }} Person months from the first on; habits: how likely they have a session of a pillar */
/** @typedef {{ id: string, admin: string, people: Person[], limit: number | null }} Life */

const PILLARS = 4;
const MONTHS = 12;
/** Beside the smallest and the largest: on both sides of what is told anything. */
const SIZES = [2, 20, 39, 41, 48, 60, 90, 140];
const RATES = [0, 0.03, 0.2, 0.4, 0.7, 0.97, 1];
/** So that something is told, and something to be found without noise, whatever the rest draws. */
const OF_EVERY_OTHER = [0, 0.1, 0.4, 0.7];

/** @param {number} month @param {number} [day] @param {number} [hour] */
const at = (month, day = 1, hour = 0) => new Date(Date.UTC(2024, month, day, hour)).toISOString();

/** @param {ReturnType<typeof chance>} luck @param {number} size @param {number} nth @returns {Life} */
function aLife({ random, pick }, size, nth) {
  const rates = nth % 2 === 1 ? OF_EVERY_OTHER : Array.from({ length: PILLARS }, () => pick(RATES));
  const people = Array.from({ length: size }, (_, n) => {
    const joins = n === 0 || random() < 0.7 ? 0 : Math.floor(random() * MONTHS);
    const leaves = n === 0 || random() < 0.7 ? MONTHS : joins + Math.floor(random() * (MONTHS - joins));
    // Some come every month or never.
    return { id: randomUUID(), own: n === 0 || random() < 1 / 3, joins, leaves, habits: rates.map((rate) => (n === 0 ? 0 : random() < 0.3 ? Number(random() < rate) : rate)) };
  });
  return { id: randomUUID(), admin: people[0].id, people, limit: random() < 0.5 ? null : 1 + Math.floor(random() * 2) };
}

/** @param {postgres.TransactionSql} sql @param {Life[]} lives */
async function found(sql, lives) {
  const specialist = { id: randomUUID(), user: randomUUID() };
  const people = lives.flatMap((life) => life.people.map(({ id }) => id));
  await sql`insert into auth.users (id, email) select id, id || '@people.test' from unnest(${[...people, specialist.user]}::uuid[]) id`;
  await sql`insert into auth.sessions (id, user_id, created_at, updated_at) select id, id, now(), now() from unnest(${lives.map(({ admin }) => admin)}::uuid[]) id`;
  await sql`insert into public.specialists (id, user_id, display_name, status, verified_at) values (${specialist.id}, ${specialist.user}, 'Robin', 'verified', now())`;
  await sql`update public.pillars set is_active = false where is_active`;
  const pillars = Array.from({ length: PILLARS }, randomUUID).sort();
  await sql`insert into public.pillars (id, slug, name) select id, 'privacy-' || n, 'Pillar ' || n from unnest(${pillars}::uuid[]) with ordinality p (id, n)`;
  await sql`insert into public.session_types (id, pillar_id, kind, name, default_minutes) select id, id, 'coaching', 'Session', 50 from unnest(${pillars}::uuid[]) id`;
  for (const { id, limit } of lives) {
    const plan = randomUUID();
    await sql`insert into public.companies (id, name, created_at) values (${id}, 'A company', ${at(-1)})`;
    await sql`insert into public.company_subscription_plans (id, slug, name, seats, sessions_per_month) values (${plan}, ${`p-${plan}`}, 'Plan', 1000, ${limit})`;
    await sql`insert into public.company_subscriptions (company_id, plan_id, status, starts_on) values (${id}, ${plan}, 'active', '2023-12-01')`;
  }
  // Sessions of the past, which no rule of booking lets people make; what notes them for counting stays.
  await sql`alter table public.bookings disable trigger user`;
  await sql`alter table public.bookings enable trigger note_uncounted_first`;
  return { specialist: specialist.id, pillars };
}

/** Who joins, and who leaves. @param {postgres.TransactionSql} sql @param {Life} life @param {number} month */
async function people(sql, life, month) {
  const joining = life.people.filter(({ joins }) => joins === month);
  await sql`insert into public.company_members (company_id, user_id, role, created_at)
    select ${life.id}, id, case id when ${life.admin}::uuid then 'admin' else 'employee' end, ${at(month, 2)} from unnest(${joining.map(({ id }) => id)}::uuid[]) id`;
  const leaving = life.people.filter(({ leaves }) => leaves === month);
  await sql`update public.company_members set status = 'removed', removed_at = ${at(month, 25)} where company_id = ${life.id} and user_id = any (${leaving.map(({ id }) => id)}::uuid[])`;
}

/** The admin has none: they see their own. @param {postgres.TransactionSql} sql @param {Life} life @param {number} month @param {{ specialist: string, pillars: string[] }} world @param {ReturnType<typeof chance>} luck */
async function sessions(sql, life, month, { specialist, pillars }, { random }) {
  const members = life.people.filter(({ joins, leaves }) => joins <= month && month <= leaves).map((person) => {
    const used = person.habits.flatMap((habit, pillar) => (random() < habit ? [pillar] : [])).sort(() => random() - 0.5).slice(0, life.limit ?? PILLARS);
    return { person, used: used.sort() };
  });
  const rows = members.flatMap(({ person, used }) => used.map((pillar) => ({ employee: person.id, pillar: pillars[pillar], starts_at: at(month, 3 + Math.floor(random() * 20), 9), status: 'completed' })));
  // Of what did not take place nothing is told.
  const others = members.filter(({ person }) => person.id !== life.admin && random() < 0.1).map(({ person }) => ({ employee: person.id, pillar: pillars[0], starts_at: at(month, 20, 12), status: random() < 0.5 ? 'no_show' : 'cancelled' }));
  await sql`
    insert into public.bookings (
      employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, busy_from, busy_until, wall_starts_at, time_zone,
      status, status_category, cancel_by, cancelled_at, closed_at, place_kind, place_detail
    )
    select r.employee, ${life.id}, ${specialist}, r.pillar, r.starts_at, r.starts_at + interval '50 minutes', r.starts_at, r.starts_at + interval '50 minutes',
      r.starts_at at time zone 'UTC', 'UTC', r.status, case r.status when 'cancelled' then 'other' end, r.starts_at,
      case r.status when 'cancelled' then r.starts_at end, case when r.status <> 'cancelled' then r.starts_at end, 'video', ''
    from jsonb_to_recordset(${sql.json([...rows, ...others])}) r (employee uuid, pillar uuid, starts_at timestamptz, status text)`;
  return members.map(({ person, used }) => ({ used, known: person.own }));
}

/** One statement for all that somebody signed in may read of tables and views, and what an admin asks of the company. @param {postgres.TransactionSql} sql */
async function everything(sql) {
  const [{ statement }] = await sql`
    select 'select ' || string_agg(format('(select coalesce(json_agg(r), ''[]'') from (select %s from %I.%I) r) as %I', columns, nspname, relname, nspname || '.' || relname), ', ') as statement
    from (
      select n.nspname, c.relname, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and has_column_privilege('authenticated', c.oid, a.attnum, 'select')
      where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition
        and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'e')
      group by 1, 2
    ) t`;
  return statement;
}

/** @param {postgres.TransactionSql} sql @param {Life} life @param {string} statement @returns {Promise<Record<string, any>>} */
async function seenByAdmin(sql, life, statement) {
  const claims = JSON.stringify({ sub: life.admin, role: 'authenticated', session_id: life.admin });
  await sql`select set_config('request.jwt.claims', ${claims}, true), set_config('request.jwt.claim.sub', ${life.admin}, true), set_config('role', 'authenticated', true)`;
  const [tables] = await sql.unsafe(statement);
  const [functions] = await sql`
    select public.company_plan(${life.id}) as "company_plan()", (select json_agg(d) from public.company_directory(${life.id}) d) as "company_directory()",
      (select json_agg(a) from public.company_analytics(${life.id}) a) as "company_analytics()"`;
  await sql`select set_config('role', session_user, true), set_config('request.jwt.claims', '', true), set_config('request.jwt.claim.sub', '', true)`;
  return { ...tables, ...functions };
}

/** @param {Record<string, any>} before @param {Record<string, any>} after @returns {string[]} */
const changed = (before, after) => Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));

/** What would be told without noise, and exactly. @param {postgres.TransactionSql} sql @param {Life} life @param {number} month @param {string[]} pillars @param {number} members */
async function toldOtherwise(sql, life, month, pillars, members) {
  const figures = await sql`
    select people, private.sum_of_many(people, least(people, ${members}::int - people)) as fives from (
      select 0 as n, coalesce((select people from public.monthly_analytics where company_id = ${life.id} and month = ${at(month)}::timestamptz::date), 0) as people
      union all
      select p.n, coalesce(a.people, 0) from unnest(${pillars}::uuid[]) with ordinality p (id, n)
      left join public.pillar_analytics a on a.pillar_id = p.id and a.company_id = ${life.id} and a.month = ${at(month)}::timestamptz::date
    ) f order by n`;
  const of = (/** @type {'people' | 'fives'} */ key) => ({ people: figures[0][key], pillars: figures.slice(1).map((one) => one[key]) });
  return { exactly: of('people'), fives: of('fives') };
}

/** @param {postgres.TransactionSql} sql @param {number} seed @returns {Promise<Company[]>} */
async function year(sql, seed) {
  const luck = chance(seed);
  const lives = SIZES.map((size, n) => aLife(luck, size, n));
  const world = await found(sql, lives);
  const companies = lives.map(({ limit }) => ({ pillars: world.pillars, limit, months: /** @type {Month[]} */ ([]) }));
  const statement = await everything(sql);
  for (let month = 0; month < MONTHS; month += 1) {
    for (const life of lives) await people(sql, life, month);
    const before = await inOrder(lives, (life) => seenByAdmin(sql, life, statement));
    const members = await inOrder(lives, (life) => sessions(sql, life, month, world, luck));
    await sql`select private.job_count_analytics(${at(month + 1, 3)}::timestamptz)`;
    const counted = await inOrder(lives, (life) => seenByAdmin(sql, life, statement));
    for (const [n] of lives.entries()) assert.deepEqual(changed(before[n], counted[n]), [], 'sessions, and their being counted, are seen nowhere');
    await sql`select private.job_release_analytics(${at(month + 1, 7)}::timestamptz)`;
    const released = await inOrder(lives, (life) => seenByAdmin(sql, life, statement));
    for (const [n, life] of lives.entries()) {
      assert.deepEqual(changed(counted[n], released[n]), ['public.company_analytics_months', 'public.company_analytics_pillars', 'company_analytics()'], 'what is told is told there alone');
      // The months before stay as they were told.
      const told = released[n]['company_analytics()'];
      if (counted[n]['company_analytics()']) assert.deepEqual(told.slice(1), counted[n]['company_analytics()'].slice(0, 11));
      const [{ people: all, pillars }] = told;
      assert.deepEqual(pillars.map((/** @type {any} */ one) => one.pillar_id), world.pillars);
      companies[n].months.push({
        month: told[0].month, members: members[n], told: { people: all, pillars: pillars.map((/** @type {any} */ one) => one.people) },
        ...(await toldOtherwise(sql, life, month, world.pillars, members[n].length)),
      });
    }
  }
  return companies;
}

/** @template T, R @param {T[]} list @param {(one: T) => Promise<R>} work @returns {Promise<R[]>} */
async function inOrder(list, work) {
  const done = [];
  for (const one of list) done.push(await work(one));
  return done;
}

class Undone extends Error {}

/** @param {number} seed @returns {Promise<Company[]>} */
export async function companiesOfAYear(seed) {
  let companies = /** @type {Company[]} */ ([]);
  await withMigratedDatabase(async (url) => {
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    try {
      await sql.begin(async (transaction) => {
        companies = await year(transaction, seed);
        throw new Undone();
      });
    } catch (error) {
      if (!(error instanceof Undone)) throw error;
    } finally {
      await sql.end();
    }
  });
  return companies;
}
