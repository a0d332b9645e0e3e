// @ts-check
// When a series happens, SQL says as two other readers of recurrence rules do: in ten thousand random series in forty zones, most of
// them at an hour at which clocks are changed, and in the examples of RFC 5545. And what is no rule for a series is none.
//
//   DATABASE_URL=... node supabase/tests/recurrences.mjs    else of a throwaway database
import { isDeepStrictEqual } from 'node:util';
import postgres from 'postgres';
import { chance } from '../../tests/agreement/random.mjs';
import { byDateutil, byTemporal } from '../../tests/calendars/recurrences.mjs';
import { withMigratedDatabase } from './migrated-database.mjs';

/** @typedef {import('../../tests/calendars/recurrences.mjs').Series} Series */

const RANDOM = 10_000;
const { random: draw, pick } = chance(5545);

/** Those of the past, of which every copy of the zone data says the same: at midnight, by half an hour, by two; the day that was left out. */
const ZONES = [
  'UTC', 'Etc/GMT+12', 'Pacific/Kiritimati', 'Europe/Berlin', 'Europe/London', 'Europe/Dublin', 'Europe/Lisbon', 'Europe/Helsinki', 'Europe/Athens',
  'Europe/Chisinau', 'Europe/Moscow', 'Atlantic/Azores', 'America/New_York', 'America/Chicago', 'America/Denver', 'America/Phoenix', 'America/Los_Angeles',
  'America/Anchorage', 'America/Adak', 'America/St_Johns', 'America/Halifax', 'America/Havana', 'America/Sao_Paulo', 'America/Santiago', 'America/Bogota',
  'Asia/Tokyo', 'Asia/Kolkata', 'Asia/Kathmandu', 'Asia/Tehran', 'Asia/Jerusalem', 'Asia/Hong_Kong', 'Africa/Johannesburg', 'Australia/Sydney',
  'Australia/Adelaide', 'Australia/Lord_Howe', 'Pacific/Auckland', 'Pacific/Chatham', 'Pacific/Apia', 'Pacific/Easter', 'Antarctica/Troll',
];
const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const DAY = 86_400_000;

/** RFC 5545, 3.8.5.3, those of a kind that is taken, and what is left of the others once they are. @type {[series: Series, days: string][]} */
const EXAMPLES = [
  ['FREQ=WEEKLY;BYDAY=TU;COUNT=10', '1997-09-02', '09-02 09-09 09-16 09-23 09-30 10-07 10-14 10-21 10-28 11-04'],
  ['FREQ=WEEKLY;BYDAY=TU;UNTIL=19971224T000000Z', '1997-09-02',
    '09-02 09-09 09-16 09-23 09-30 10-07 10-14 10-21 10-28 11-04 11-11 11-18 11-25 12-02 12-09 12-16 12-23'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=6;WKST=SU', '1997-09-02', '09-02 09-16 09-30 10-14 10-28 11-11'],
  ['FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=19971007T000000Z;WKST=SU', '1997-09-02', '09-02 09-04 09-09 09-11 09-16 09-18 09-23 09-25 09-30 10-02'],
  ['FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10;WKST=SU', '1997-09-02', '09-02 09-04 09-09 09-11 09-16 09-18 09-23 09-25 09-30 10-02'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;UNTIL=19971224T000000Z;WKST=SU', '1997-09-01',
    '09-01 09-03 09-05 09-15 09-17 09-19 09-29 10-01 10-03 10-13 10-15 10-17 10-27 10-29 10-31 11-10 11-12 11-14 11-24 11-26 11-28 12-08 12-10 12-12 12-22'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=8;WKST=SU', '1997-09-02', '09-02 09-04 09-16 09-18 09-30 10-02 10-14 10-16'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;COUNT=4', '1997-08-05', '08-05 08-10 08-19 08-24'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;COUNT=4;WKST=SU', '1997-08-05', '08-05 08-17 08-19 08-31'],
].map(([rule, day, days]) => [{ zone: 'America/New_York', first: `${day}T09:00:00`, rule }, days]);

/** What is written otherwise than it is kept, with what is kept: of a series that begins on Monday 1 March 2027 at nine in Berlin. @type {[string, string | null][]} */
const WRITTEN = [
  ['FREQ=WEEKLY;COUNT=10', 'FREQ=WEEKLY;BYDAY=MO;COUNT=10'],
  ['rrule:count=2;byday=th,mo,th;freq=weekly', 'FREQ=WEEKLY;BYDAY=MO,TH;COUNT=2'],
  ['FREQ=WEEKLY;WKST=MO;INTERVAL=1;COUNT=104', 'FREQ=WEEKLY;BYDAY=MO;COUNT=104'],
  ['INTERVAL=02;FREQ=WEEKLY;UNTIL=20270401;WKST=SU', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;UNTIL=20270401T215959Z;WKST=SU'],
  ['FREQ=WEEKLY;UNTIL=20270301T080000Z', 'FREQ=WEEKLY;BYDAY=MO;UNTIL=20270301T080000Z'],
  ...[
    '', 'FREQ=WEEKLY', 'COUNT=10', 'FREQ=DAILY;COUNT=10', 'FREQ=MONTHLY;COUNT=10', 'FREQ=WEEKLY;COUNT=0', 'FREQ=WEEKLY;COUNT=-1', 'FREQ=WEEKLY;COUNT=105',
    'FREQ=WEEKLY;COUNT=10;UNTIL=20270401', 'FREQ=WEEKLY;COUNT=10;COUNT=10', 'FREQ=WEEKLY;COUNT=10;', 'FREQ=WEEKLY;COUNT=10;INTERVAL=0', 'FREQ=WEEKLY;COUNT=10;INTERVAL=53',
    'FREQ=WEEKLY;COUNT=10;BYDAY=TU', 'FREQ=WEEKLY;COUNT=10;BYDAY=', 'FREQ=WEEKLY;COUNT=10;BYDAY=MO,', 'FREQ=WEEKLY;COUNT=10;BYDAY=1MO', 'FREQ=WEEKLY;COUNT=10;BYDAY=MO;BYHOUR=9',
    'FREQ=WEEKLY;COUNT=10;BYDAY=XX', 'FREQ=WEEKLY;COUNT=10;WKST=XX', 'FREQ=WEEKLY;COUNT=104;INTERVAL=8', 'FREQ=WEEKLY;UNTIL=20270301T075959Z', 'FREQ=WEEKLY;UNTIL=20270228',
    'FREQ=WEEKLY;UNTIL=20270401T090000', 'FREQ=WEEKLY;UNTIL=20270230', 'FREQ=WEEKLY;UNTIL=20290301', 'FREQ=WEEKLY;UNTIL=99991231T235959Z', 'FREQ=WEEKLY;UNTIL=00000101',
    'FREQ=WEEKLY;COUNT=1e1', 'FREQ=WEEKLY;COUNT=99999999999', 'FREQ=WEEKLY;COUNT=10\nEXDATE:20270301', 'FREQ=WEEKLY;COUNT=10;X-A=1', 'FREQ=WEEKLY;COUNT=10;RSCALE=GREGORIAN',
    'FREQ=ＷEEKLY;COUNT=10', `FREQ=WEEKLY;COUNT=10;${'BYDAY=MO;'.repeat(30)}`,
  ].map((text) => /** @type {[string, null]} */ ([text, null])),
];

/** @param {number} least @param {number} most */
const between = (least, most) => least + Math.floor(draw() * (most - least + 1));

/** @param {number} at */
const stamp = (at) => `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

/** @returns {Series} */
function randomSeries() {
  const zone = pick(ZONES);
  // Clocks are changed in spring and autumn, at night, most of them on a Sunday.
  const day = Date.UTC(between(2016, 2021), pick([1, 2, 8, 9]), between(1, 31));
  const minutes = draw() < 0.8 ? between(0, 46) * 5 : between(0, 287) * 5;
  const own = DAYS[(new Date(day).getUTCDay() + 6) % 7];
  const days = DAYS.filter((one) => one === own || draw() < (one === 'SU' ? 0.8 : 0.15));
  const every = draw() < 0.5 ? 1 : between(2, draw() < 0.9 ? 4 : 52);
  const times = Math.max(1, Math.floor(between(1, 16) / every));
  // Within a second of one of them, or of where one would be by another offset.
  const until = day + times * 7 * every * DAY + (minutes + between(-14 * 4, 14 * 4) * 15) * 60_000 + between(-1, 1) * 1000;
  const rule = [
    'FREQ=WEEKLY', ...(every > 1 ? [`INTERVAL=${every}`] : []), `BYDAY=${days.join(',')}`,
    draw() < 0.6 ? `COUNT=${times * days.length}` : `UNTIL=${stamp(until)}`,
    ...(draw() < 0.5 ? [`WKST=${pick(DAYS.slice(1))}`] : []),
  ];
  return { zone, first: new Date(day + minutes * 60_000).toISOString().slice(0, 19), rule: rule.join(';') };
}

/** A first session is at an instant: the clock on the wall shows it. @param {postgres.Sql} sql @param {Series[]} series @returns {Promise<Series[]>} */
async function thatBegin(sql, series) {
  const shown = await sql`
    select x.i from jsonb_to_recordset(${sql.json(/** @type {any} */ (series.map((one, i) => ({ ...one, i }))))}) x (i int, zone text, first timestamp)
    where (x.first at time zone x.zone) at time zone x.zone = x.first order by x.i`;
  return shown.map(({ i }) => series[i]);
}

/** `skipped`: which of the starts are at a time that the clocks do not show. @param {postgres.Sql} sql @param {Series[]} series
 * @returns {Promise<{ starts: string[], days: string, skipped: string[], twice: number }[]>} */
async function bySql(sql, series) {
  return sql`
    select coalesce(array_agg(w.at order by s.n) filter (where s.n is not null), '{}') as starts,
      string_agg(to_char(s.wall_starts_at, 'MM-DD'), ' ' order by s.n) as days,
      coalesce(array_agg(w.at) filter (where s.starts_at at time zone x.zone <> s.wall_starts_at), '{}') as skipped,
      count(*) filter (where s.starts_at <> s.wall_starts_at at time zone x.zone)::int as twice
    from jsonb_to_recordset(${sql.json(/** @type {any} */ (series.map((one, i) => ({ ...one, i }))))}) x (i int, zone text, first timestamp, rule text)
    left join lateral private.series_starts(private.rule_text(private.read_rule(x.rule)), x.first, x.zone) s on true
    cross join lateral (select to_char(s.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) w (at)
    group by x.i, x.zone order by x.i`;
}

/**
 * RFC 5545, 3.3.10, has two sentences about a session at a time that the clocks skip: that it is interpreted as by 3.3.5, as it is here and
 * by python-dateutil, and that it is ignored, as by rrule-temporal, which then counts one more.
 * @param {string[]} found @param {{ starts: string[], skipped: string[] }} ours @param {Series} series
 */
function leavesOut(found, { starts, skipped }, { rule }) {
  const shown = starts.filter((one) => !skipped.includes(one));
  return skipped.length > 0 && isDeepStrictEqual(found.slice(0, shown.length), shown) && found.length === (rule.includes('COUNT') ? starts.length : shown.length);
}

/** @param {postgres.Sql} sql @returns {Promise<string[]>} */
async function faultsOfWriting(sql) {
  const faults = [];
  for (const [text, kept] of WRITTEN) {
    const answer = await sql`select private.checked_rule(${text}, '2027-03-01 09:00', 'Europe/Berlin') as rule`.then(
      ([{ rule }]) => rule, (error) => (error.code === 'PT422' && error.message === 'invalid_rule' ? null : `fails: ${error.message}`));
    if (answer !== kept) faults.push(`${JSON.stringify(text)} becomes ${answer}, and not ${kept}`);
    if (kept !== null && answer !== (await sql`select private.rule_text(private.read_rule(${kept})) as rule`)[0].rule) faults.push(`${kept} is read otherwise than it is written`);
  }
  return faults;
}

await withMigratedDatabase(async (url) => {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const random = await thatBegin(sql, Array.from({ length: 1.02 * RANDOM }, randomSeries));
  const series = [...EXAMPLES.map(([one]) => one), ...random.slice(0, RANDOM)];
  const [ours, dateutil, faults] = await Promise.all([bySql(sql, series), byDateutil(series), faultsOfWriting(sql)]);
  await sql.end();
  EXAMPLES.forEach(([{ rule }, days], i) => {
    if (ours[i].days !== days) faults.push(`${rule}: ${ours[i].days}, and not ${days}`);
  });
  series.forEach((one, i) => {
    const { starts } = ours[i];
    if (!isDeepStrictEqual(starts, dateutil[i])) faults.push(`${JSON.stringify(one)}: ${starts}, and by python-dateutil ${dateutil[i]}`);
    const found = byTemporal(one);
    if (!isDeepStrictEqual(starts, found) && !leavesOut(found, ours[i], one)) faults.push(`${JSON.stringify(one)}: ${starts}, and by rrule-temporal ${found}`);
  });
  const skipped = ours.reduce((all, one) => all + one.skipped.length, 0);
  const twice = ours.reduce((all, one) => all + one.twice, 0);
  const sessions = ours.reduce((all, one) => all + one.starts.length, 0);
  console.log(`${series.length} series of ${sessions} sessions, ${skipped} at a time that clocks skip, ${twice} at one that they show twice; ${faults.length} faults`);
  if (skipped < 100 || twice < 100) faults.push('too few are at a time at which clocks are changed');
  for (const fault of faults.slice(0, 20)) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
});
