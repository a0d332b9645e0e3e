// @ts-check
// What a function that people call refuses (SQLSTATE PTnnn and a word), itself or by a function that it calls or a
// trigger that it fires, is what its comment says after "Errors:", with its status, and, where an edge function calls it, what the
// contract says (contract.json, which the Rust types make). Reads the functions of the database in DATABASE_URL.
//
//   node supabase/tests/refusals.mjs [function]    with a name: prints what it refuses, and where that stands
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import postgres from 'postgres';
import { readComment } from '../../scripts/stack/reference/comments.mjs';

/** @typedef {{ schema: string, name: string, definition: string, comment: string, callable: boolean }} SqlFunction */
/** @typedef {{ table: string, event: string, name: string }} Trigger */

/** What nearly everything may answer, which no comment needs to repeat: the session has ended, or too much was written down. */
const EVERYWHERE = ['unauthenticated', 'rate_limited'];

/** What stands on the way and cannot be met, with the reason. @type {[RegExp, string[], string][]} */
const GUARDED = [
  [/booking|waiting|session|hold|time|proposal|place|series/, ['status_not_allowed'], 'the function refuses booking_not_open or hold_expired before, behind the lock of the row'],
  [/^(book_session|hold_slot)$/, ['acceptance_not_required'], 'it is refused to requests alone'],
  [/^request_session$/, ['acceptance_required'], 'it is refused to all but requests'],
  [/^((accept|decide)_document|withdraw_acceptance)$/, ['last_platform_admin'], 'it gives and takes the role of a specialist alone'],
  [/^ask_erasure_for$/, ['last_admin'], 'it asks whether they are the last of the platform alone'],
  [/^take_time_off$/, ['sessions_in_the_way'], 'it is refused to what people write, and this writes as the owner'],
  [/^accept_session$/, ['not_a_member', 'no_plan', 'plan_ends_before', 'sessions_used_up'], 'to a specialist each is no_longer_possible'],
  [/^demo_join$/, ['last_admin'], 'it makes a membership and changes none'],
];

/** @param {string} refusal `409 seat_limit` */
const wordOf = (refusal) => refusal.split(' ')[1];

/** @param {string} name @param {string} word */
const isGuarded = (name, word) => GUARDED.some(([functions, words]) => functions.test(name) && words.includes(word));

/** @param {string} definition @returns {string} without comments, which name functions, too. A string may look like one. */
const codeOf = (definition) => definition.replace(/('(?:[^']|'')*')|--.*|\/\*[^]*?\*\//g, '$1');

/** A handler of refusals: who has one passes none of those on that it names. */
const HANDLER = /\bexception\s+when\s+sqlstate\s+'PT\d{3}'(?:\s+or\s+sqlstate\s+'PT\d{3}')*\s+then\b/gi;

/** Or one of all: what is no refusal, it raises again. */
const HANDLER_OF_ALL = /\bexception\s+when\s+others\s+then\s+if\s+(?:not\s+)?private\.is_refusal\(sqlstate\)/i;

/** @param {string} definition @returns {string[]} the statuses that it handles */
export function handled(definition) {
  const code = codeOf(definition);
  if (HANDLER_OF_ALL.test(code)) return Array.from({ length: 100 }, (_, n) => String(400 + n));
  return [...code.matchAll(HANDLER)].flatMap(([one]) => [...one.matchAll(/\d{3}/g)].map(([status]) => status));
}

/** @param {string} definition @returns {string[]} `409 seat_limit` */
export function raised(definition) {
  const code = codeOf(definition).replace(HANDLER, '');
  const form = /raise\s+sqlstate\s+'PT(\d{3})'\s+using\s+message\s*=\s*'([a-z_]+)'/gi;
  const unread = /.*'PT(?:\d{3})?'.*/.exec(code.replace(form, ''))?.[0];
  if (unread) throw new Error(`refuses in a form that nobody can read: ${unread.trim()}`);
  return [...code.matchAll(form)].map(([, status, word]) => `${status} ${word}`);
}

/** @param {string[]} refusals @param {Record<string, number>} codes @returns {string[]} those that the edge takes for a defect of ours */
export function misplaced(refusals, codes) {
  return refusals.filter((refusal) => {
    const [status, word] = refusal.split(' ');
    return word in codes && codes[word] !== Number(status);
  });
}

/** @param {SqlFunction[]} functions @param {Trigger[]} triggers */
export function callGraph(functions, triggers) {
  /** @type {Map<string, SqlFunction[]>} */
  const byName = new Map();
  for (const one of functions) byName.set(`${one.schema}.${one.name}`, [...(byName.get(`${one.schema}.${one.name}`) ?? []), one]);

  /** @param {SqlFunction} one */
  const calls = ({ definition }) => {
    const code = codeOf(definition).replace(/^.*?\bas\s+\$/is, '$');
    const named = [...code.matchAll(/\b((?:private|public)\.\w+)\s*\(/g)].map(([, name]) => name);
    const writes = [...code.matchAll(/\b(insert\s+into|update|delete\s+from)\s+(?:only\s+)?((?:private|public|auth|storage)\.\w+)/gi)];
    const fired = writes.flatMap(([, verb, table]) => {
      const event = verb.split(/\s/)[0].toUpperCase();
      // An upsert updates, too.
      const events = event === 'INSERT' && /\bdo update\b/i.test(code) ? ['INSERT', 'UPDATE'] : [event];
      return triggers.filter((trigger) => trigger.table === table && events.includes(trigger.event)).map(({ name }) => name);
    });
    return new Set([...named, ...fired]);
  };

  /** Where each refusal stands. @param {string} start @returns {Map<string, string>} */
  return function refusals(start) {
    const found = new Map();
    const seen = new Set();
    /** @param {string} name @param {readonly string[]} above handled by those that call it */
    const walk = (name, above) => {
      for (const one of byName.get(name) ?? []) {
        const by = [...new Set([...above, ...handled(one.definition)])].sort();
        for (const refusal of raised(one.definition)) if (!by.includes(refusal.slice(0, 3))) found.set(refusal, found.get(refusal) ?? name);
        for (const next of calls(one)) {
          const way = `${next} ${by}`;
          if (!seen.has(way)) seen.add(way) && walk(next, by);
        }
      }
    };
    walk(start, []);
    return found;
  };
}

/** @param {string} url */
async function catalogue(url) {
  const sql = postgres(url, { max: 1 });
  try {
    const functions = await sql`
      select n.nspname as schema, p.proname as name, pg_get_functiondef(p.oid) as definition,
        coalesce(obj_description(p.oid), '') as comment,
        n.nspname = 'public' and has_function_privilege('authenticated', p.oid, 'execute') as callable
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname in ('public', 'private') and p.prokind in ('f', 'p')`;
    const triggers = await sql`
      select distinct c.relnamespace::regnamespace || '.' || c.relname as table, e.event, t.tgfoid::regproc::text as name
      from pg_trigger t join pg_class c on c.oid = t.tgrelid,
        lateral (values (4, 'INSERT'), (8, 'DELETE'), (16, 'UPDATE')) e (bit, event)
      where not t.tgisinternal and t.tgtype & e.bit <> 0`;
    return { functions: /** @type {SqlFunction[]} */ ([...functions]), triggers: /** @type {Trigger[]} */ ([...triggers]) };
  } finally {
    await sql.end();
  }
}

/** @param {Iterable<string>} one @param {Iterable<string>} other */
const without = (one, other) => [...one].filter((word) => ![...other].includes(word)).sort();

async function main() {
  const { functions, triggers } = await catalogue(process.env.DATABASE_URL ?? '');
  const refusals = callGraph(functions, triggers);
  if (process.argv[2]) {
    for (const [refusal, place] of refusals(process.argv[2])) console.log(`${refusal}  ${place}`);
    return;
  }
  /** @type {{ functions: Record<string, string[]>, codes: Record<string, number> }} */
  const contract = JSON.parse(readFileSync(new URL('contract.json', import.meta.url), 'utf8'));
  const complaints = [];
  for (const { name, comment, callable } of functions.filter(({ schema }) => schema === 'public')) {
    const found = [...refusals(`public.${name}`).keys()].filter((refusal) => !isGuarded(name, wordOf(refusal)));
    if (callable) {
      const told = readComment(comment).refusals.map(({ status, code }) => `${status} ${code}`);
      const untold = without(found, told).filter((refusal) => !EVERYWHERE.includes(wordOf(refusal)));
      for (const refusal of untold) complaints.push(`public.${name}() refuses with ${refusal}: its comment does not say so`);
      for (const refusal of without(told, found)) complaints.push(`public.${name}() says that it refuses with ${refusal}, and nothing does`);
    }
    const listed = contract.functions[name];
    if (!listed) continue;
    const elsewhere = misplaced(found, contract.codes);
    for (const refusal of elsewhere) complaints.push(`public.${name}() refuses with ${refusal}: the contract has the word with another status`);
    const agreed = without(found, elsewhere).map(wordOf).filter((word) => word in contract.codes);
    for (const word of without(agreed, listed)) complaints.push(`public.${name}() refuses with ${word}: SqlFunction::REFUSES does not say so`);
    for (const word of without(listed, agreed)) complaints.push(`SqlFunction::REFUSES of public.${name}() has ${word}, and nothing refuses with it`);
  }
  for (const name of Object.keys(contract.functions)) {
    if (!functions.some((one) => one.schema === 'public' && one.name === name)) complaints.push(`there is no public.${name}()`);
  }
  for (const complaint of [...new Set(complaints)]) console.error(complaint);
  process.exit(complaints.length > 0 ? 1 : 0);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
