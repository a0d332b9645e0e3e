// @ts-check
// Every interleaving of what may happen to one time at once: holding, booking, moving, cancelling, accepting and proposing it, taking
// it off, and the job that ends holds. Each three of these run in every order of their steps (PostgreSQL's isolationtester), and each must end
// as one of the orders in which they come one after the other: the same answers, the same sessions. No deadlock, whatever the order.
// Series, packages and the waiting list likewise, among themselves: in every order in which they begin, and end in the order in which they began.
//
//   DATABASE_URL=... node supabase/tests/interleavings.mjs    of a throwaway database, in which it leaves its people behind
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';

/**
 * @typedef {object} Act
 * @property {string} name
 * @property {string} by
 * @property {string} call
 * @property {string} [needs] what must be there before
 * @property {string} [later] its turn once all is over, if it gives way to others
 * @property {boolean} [overtakes] takes a lock for which whoever began before may come to wait: with one other alone, since the order of three has no end then
 */

/** All of them want the time at +0, for half an hour. @type {Act[]} */
const ACTS = [
  { name: 'hold', by: 'holder', call: `public.hold_slot(interleavings.id('specialist'), interleavings.id('talk'), (select at from interleavings.slot))` },
  { name: 'book', by: 'booker', call: `public.book_session(interleavings.id('specialist'), interleavings.id('talk'), (select at from interleavings.slot))` },
  {
    name: 'move',
    by: 'mover',
    needs: `interleavings.make('mover', 1440, 30, 'confirmed')`,
    call: `public.reschedule_booking(interleavings.id('mover:booking'), (select at from interleavings.slot))`,
  },
  {
    name: 'cancel',
    by: 'canceller',
    needs: `interleavings.make('canceller', -15, 30, 'confirmed')`,
    call: `public.cancel_booking(interleavings.id('canceller:booking'))`,
  },
  {
    name: 'accept',
    by: 'specialist',
    needs: `interleavings.make('asker', 0, 30, 'pending', 'interview')`,
    call: `public.accept_session(interleavings.id('asker:booking'))`,
  },
  {
    name: 'propose',
    by: 'specialist',
    needs: `interleavings.make('other', 2880, 30, 'confirmed')`,
    call: `public.propose_time(interleavings.id('other:booking'), (select at from interleavings.slot))`,
  },
  {
    name: 'off',
    by: 'specialist',
    call: `public.take_time_off(
      (select at at time zone 'UTC' from interleavings.slot), (select at at time zone 'UTC' + interval '30 minutes' from interleavings.slot), 'cancel')`,
  },
  {
    name: 'job',
    by: 'nobody',
    needs: `interleavings.make('late', 15, 30, 'held', p_expires_at => now() - interval '1 second')`,
    call: `private.job_expire_bookings(now())`,
  },
];

const DAY = `(select (at at time zone 'UTC')::date from interleavings.slot)`;
const BOOK = { name: 'book', by: 'booker', call: `public.book_session(interleavings.id('specialist'), interleavings.id('talk'), (select at from interleavings.slot))` };
const OFFER = { name: 'offer', by: 'nobody', call: 'interleavings.offer()', later: 'interleavings.offer()' };
const LEAVE = { name: 'leave', by: 'first', overtakes: true, call: `public.leave_waiting_list(interleavings.id('first'))` };

/** Scenes of their own, each with what must be there before. @type {{ needs: string, acts: Act[] }[]} */
const SCENES = [
  {
    needs: 'interleavings.make_series()',
    acts: [
      { name: 'job', by: 'nobody', call: 'interleavings.book_series()', later: 'interleavings.look_again()' },
      {
        name: 'change',
        by: 'maker',
        call: `public.change_series(interleavings.id('series'), ${DAY}, (select at + interval '1 hour' from interleavings.slot), 'FREQ=WEEKLY;COUNT=3')`,
      },
      { name: 'stop', by: 'specialist', call: `public.stop_series(interleavings.id('series'), 'cancel')` },
      { name: 'cancel', by: 'maker', call: `public.cancel_booking(interleavings.id('maker:booking'))` },
      BOOK,
    ],
  },
  {
    needs: 'interleavings.make_package()',
    acts: [
      { name: 'use', by: 'payer', call: BOOK.call },
      { name: 'give_back', by: 'payer', call: `public.cancel_booking(interleavings.id('payer:booking'))` },
      {
        name: 'expire',
        by: 'nobody',
        call: `private.job_expire_packages(now() + interval '20 days')`,
        later: `private.job_expire_packages(now() + interval '20 days')`,
        overtakes: true,
      },
      { name: 'correct', by: 'admin', call: `public.correct_package(interleavings.id('package'), 1, 'a good reason')` },
    ],
  },
  {
    needs: `interleavings.make_line(now() + interval '30 minutes')`,
    acts: [
      { name: 'take', by: 'first', call: `public.confirm_hold(interleavings.id('first:booking'))` },
      { name: 'decline', by: 'first', call: `public.cancel_booking(interleavings.id('first:booking'))` },
      {
        name: 'off',
        by: 'specialist',
        call: `public.take_time_off(
          (select at at time zone 'UTC' from interleavings.slot), (select at at time zone 'UTC' + interval '30 minutes' from interleavings.slot), 'cancel')`,
      },
      LEAVE,
      OFFER,
    ],
  },
  {
    needs: `interleavings.make_line(now() - interval '1 second')`,
    acts: [{ name: 'expire', by: 'nobody', call: 'private.job_expire_bookings(now())' }, LEAVE, OFFER, BOOK],
  },
];

/** @template T @param {T[]} items @param {number} size @returns {T[][]} */
function choices(items, size) {
  if (size === 0) return [[]];
  return items.flatMap((item, index) => choices(items.slice(index + 1), size - 1).map((rest) => [item, ...rest]));
}

/**
 * Every order of the two steps of each act that can be. Whoever wants the specialist's calendar waits in a row, and the first of it
 * waits, too, for the job that was ending holds when their turn came; the job waits for nobody.
 * @param {Act[]} acts @returns {string[][]}
 */
export function ordersOf(acts) {
  /** @param {Act[]} left @param {Act[]} row @param {Act | undefined} job at work @param {boolean} waits the first of the row for the job @returns {string[][]} */
  const go = (left, row, job, waits) => {
    if (left.length + row.length === 0 && !job) return [[]];
    const begun = left.flatMap((act) => {
      const rest = left.filter((one) => one !== act);
      const after = act.name === 'job' ? go(rest, row, act, waits) : go(rest, [...row, act], job, row.length > 0 ? waits : Boolean(job));
      return after.map((order) => [`${act.name}_acts`, ...order]);
    });
    const first = row.length > 0 && !(waits && job) ? go(left, row.slice(1), job, Boolean(job)).map((order) => [`${row[0].name}_ends`, ...order]) : [];
    const done = job ? go(left, row, undefined, false).map((order) => ['job_ends', ...order]) : [];
    return [...begun, ...first, ...done];
  };
  return go(acts, [], undefined, false);
}

/** @template T @param {T[]} items @returns {T[][]} */
const everyOrder = (items) =>
  items.length < 2 ? [items] : items.flatMap((item, index) => everyOrder(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));

/**
 * One after the other, and all at once: whoever waits does so for one that began before, and a job for nobody. What gave way has its turn at last.
 * @param {Act[]} acts @returns {string[][]}
 */
const queuesOf = (acts) =>
  everyOrder(acts.map(({ name }) => name)).flatMap((names) => [
    [...names.flatMap((name) => [`${name}_acts`, `${name}_ends`]), 'later'],
    [...names.map((name) => `${name}_acts`), ...names.map((name) => `${name}_ends`), 'later'],
  ]);

/** @param {Act[]} acts @param {string[]} needs @param {string[][]} orders @returns {string} in the language of isolationtester */
function specification(acts, needs, orders) {
  const sessions = acts.map(({ name, by, call }) => {
    const claims = by === 'nobody' ? 'select 1' : `select interleavings.as('${by}')`;
    return `session ${name}\nsetup { begin; ${claims}; }\nstep ${name}_acts { select 'done' from ${call}; }\nstep ${name}_ends { commit; }`;
  });
  return `setup { do $$ begin perform interleavings.remove(); ${needs.map((one) => `perform ${one};`).join(' ')} end; $$; }
teardown { select outcome from interleavings.outcome() outcome; }
${sessions.join('\n')}
${orders[0].includes('later') ? `session later\nstep later { select ${acts.flatMap(({ later }) => later ?? []).join(', ')}; }` : ''}
${orders.map((order) => `permutation ${order.join(' ')}`).join('\n')}\n`;
}

/** @typedef {{ order: string[], outcome: string, deadlocked: boolean }} Run */

/** @param {string} output @returns {Run[]} */
export function runsOf(output) {
  return output
    .split(/^starting permutation: /m)
    .slice(1)
    .map((told) => {
      const [order, ...lines] = told.split('\n');
      // A step that waited says so and speaks again once it is completed; what follows it is its answer.
      let step = '';
      /** @type {Map<string, string>} */
      const answers = new Map();
      for (const line of lines) {
        const begun = /^step (\w+): /.exec(line)?.[1];
        if (begun) step = begun;
        const refusal = /^(?:\w+: )?ERROR: +(.*)/.exec(line)?.[1];
        if (refusal) answers.set(step, refusal);
      }
      const rows = lines.filter((line) => /^\w+ +(pending|held|confirmed|cancelled|declined|expired|proposed|off|(?:series|day|entry|offer|package)_\w+) -?\d/.test(line));
      const refused = [...answers].map(([name, refusal]) => `${name}: ${refusal}`).sort();
      return { order: order.trim().split(' '), outcome: [...refused, ...rows].join('\n'), deadlocked: /deadlock detected/.test(told) };
    });
}

/** @param {string[]} order `a_acts a_ends b_acts b_ends` */
const isOneAfterTheOther = (order) => order.filter((step) => step !== 'later').every((step, index) => index % 2 === 0 || step === order[index - 1].replace('_acts', '_ends'));

/** @param {Run[]} runs @returns {string[]} what is wrong */
export function complaintsOf(runs) {
  const allowed = new Set(runs.filter(({ order }) => isOneAfterTheOther(order)).map(({ outcome }) => outcome));
  return runs.flatMap(({ order, outcome, deadlocked }) => {
    if (deadlocked) return [`${order.join(' ')}: a deadlock`];
    return allowed.has(outcome) ? [] : [`${order.join(' ')}: ends as no order of one after the other\n${outcome}`];
  });
}

function isolationtester() {
  const folder = '/usr/lib/postgresql';
  const programs = readdirSync(folder).map((version) => path.join(folder, version, 'lib/pgxs/src/test/isolation/isolationtester'));
  const program = programs.find((one) => existsSync(one));
  if (!program) throw new Error('isolationtester is missing; install the package postgresql-client-15.');
  return program;
}

/** So many side by side, each with people of its own: the program waits more than it works. */
const WORLDS = 4;

/** @param {string} text @param {number} world */
const inWorld = (text, world) => text.replaceAll('interleavings', `interleavings${world}`);

/** @param {string} program @param {string} url @param {string} input @returns {Promise<string>} */
async function run(program, url, input) {
  // A step that waits for one that is not to end before it is broken off.
  const child = spawn(program, [url], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, PGISOLATIONTIMEOUT: '20' } });
  child.stdin.end(input);
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`isolationtester ended with ${code}:\n${output.slice(-2000)}`);
  return output;
}

/** @param {string} url */
async function main(url) {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const program = isolationtester();
  const world = readFileSync(fileURLToPath(new URL('setup/interleavings.sql', import.meta.url)), 'utf8');
  // The job knows no worlds, so that what it takes part in happens in one, after the other.
  const [withJob, others] = [true, false].map((is) =>
    choices(ACTS, 3).filter((acts) => acts.some(({ name }) => name === 'job') === is)
      .map((acts) => ({ acts, needs: acts.flatMap((act) => act.needs ?? []), orders: ordersOf(acts) })));
  for (const { needs, acts } of SCENES) {
    const inOneWorld = acts.some(({ call }) => call.startsWith('private.job_'));
    for (const some of [...choices(acts, 2), ...choices(acts.filter(({ overtakes }) => !overtakes), 3)]) {
      (inOneWorld ? withJob : others).push({ acts: some, needs: [needs], orders: queuesOf(some) });
    }
  }
  let runs = 0;
  /** @type {string[]} */
  const complaints = [];
  try {
    // The job of this database would take part.
    await sql`select pg_advisory_lock(19, hashtext('expire_bookings'))`;
    const worlds = Array.from({ length: WORLDS }, (_, n) => n);
    for (const n of worlds) await sql.unsafe(inWorld(world, n));
    await Promise.all(worlds.map(async (n) => {
      const waiting = n === 0 ? withJob : others;
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const found = runsOf(await run(program, url, inWorld(specification(next.acts, next.needs, next.orders), n)));
        const names = next.acts.map(({ name }) => name).join(', ');
        if (found.length !== next.orders.length) complaints.push(`${names}: not every order ran`);
        complaints.push(...complaintsOf(found).map((one) => `${names}: ${one}`));
        runs += found.length;
      }
    }));
    for (const n of worlds) await sql.unsafe(inWorld('select interleavings.remove(); drop schema interleavings cascade', n));
  } finally {
    await sql.end();
  }
  for (const complaint of complaints.slice(0, 10)) console.error(complaint);
  console.log(`${runs} interleavings, ${complaints.length} of them wrong`);
  process.exit(complaints.length > 0 ? 1 : 0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.env.DATABASE_URL ?? '');
