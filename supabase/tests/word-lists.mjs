// @ts-check
// Lists of words, such as roles and statuses, stand once: as domains of the schema. openapi.json and contract.json, which are
// made from the Rust types, have the same; the types of client/ are made from them.
//
//   node supabase/tests/word-lists.mjs    compares those of DATABASE_URL with openapi.json and contract.json
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import postgres from 'postgres';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SCHEMAS = /** @type {const} */ (['public', 'private']);

/** The domains that edge functions take or answer, by the name that openapi.json gives them. */
const IN_FUNCTIONS = {
  company_role: 'Role',
  document_status: 'DocumentStatus',
  document_type: 'DocumentType',
  specialist_status: 'SpecialistStatus',
  subscription_status: 'SubscriptionStatus',
};

/** @typedef {{ lists: Map<string, string[]>, columns: Map<string, string> }} WordLists columns: `table.column` to the name of its list */

/** @param {string} url @param {typeof SCHEMAS[number]} [schema] @returns {Promise<WordLists>} */
export async function wordListsOf(url, schema = 'public') {
  const sql = postgres(url, { max: 1 });
  try {
    const domains = await sql`
      select t.typname as name, array(select pg_get_constraintdef(c.oid) from pg_constraint c where c.contypid = t.oid) as checks
      from pg_type t where t.typtype = 'd' and t.typnamespace = ${schema}::regnamespace order by 1`;
    const columns = await sql`
      select c.relname || '.' || a.attname as name, t.typname as list
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
      where c.relnamespace = ${schema}::regnamespace and c.relkind in ('r', 'p', 'v') and t.typtype = 'd' and t.typnamespace = ${schema}::regnamespace`;
    const lists = new Map(domains.filter(({ checks }) => isList(checks)).map(({ name, checks }) => [name, wordsIn(checks)]));
    return { lists, columns: new Map(columns.filter(({ list }) => lists.has(list)).map(({ name, list }) => [name, list])) };
  } finally {
    await sql.end();
  }
}

/** The other domains say of a text what it is: a name, an address. @param {string[]} checks */
const isList = (checks) => checks.length === 1 && /^CHECK \(\(VALUE =/.test(checks[0]);

/** @param {string[]} checks definitions of the constraints of a domain @returns {string[]} its words; none where it is no plain list */
export function wordsIn(checks) {
  const list = checks.length === 1 && /^CHECK \(\(VALUE = (?:ANY \(ARRAY\[)?('[^]*'::text)(?:\]\))?\)\)$/.exec(checks[0])?.[1];
  return list ? [...list.matchAll(/'((?:[^']|'')+)'::text/g)].map(([, word]) => word) : [];
}

/** @param {Map<string, string[]>} lists @param {any} openapi @returns {string[]} what differs */
export function differences(lists, openapi) {
  const schemas = openapi.components.schemas;
  return Object.entries(IN_FUNCTIONS).flatMap(([domain, schema]) => {
    const [ours, theirs] = [lists.get(domain) ?? [], wordsOf(schemas[schema])];
    if (ours.length > 0 && same(ours, theirs)) return [];
    return [`the domain ${domain} has ${ours.join(', ') || 'no words'}; ${schema} in openapi.json has ${theirs.join(', ') || 'none'}`];
  });
}

/** @param {Map<string, string[]>} lists @param {Record<string, string[]>} words @returns {string[]} what differs */
export function differencesOfWorkers(lists, words) {
  return Object.entries(words)
    .filter(([domain, theirs]) => !same(lists.get(domain) ?? [], theirs))
    .map(([domain, theirs]) => `the domain private.${domain} has ${(lists.get(domain) ?? []).join(', ') || 'no words'}; contract.json has ${theirs.join(', ')}`);
}

/** @param {any} schema @returns {string[]} */
function wordsOf(schema) {
  return schema?.enum ?? schema?.oneOf?.map((/** @type {any} */ one) => one.const ?? one.enum?.[0]) ?? [];
}

/** @param {string[]} one @param {string[]} other */
function same(one, other) {
  return JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
}

/** @param {string} file */
const json = async (file) => JSON.parse(await readFile(path.join(root, file), 'utf8'));

async function main() {
  const [shown, ofWorkers] = await Promise.all(SCHEMAS.map((schema) => wordListsOf(process.env.DATABASE_URL ?? '', schema)));
  const { words } = await json('supabase/tests/contract.json');
  const complaints = [...differences(shown.lists, await json('openapi.json')), ...differencesOfWorkers(ofWorkers.lists, words)];
  for (const complaint of complaints) console.error(complaint);
  process.exit(complaints.length > 0 ? 1 : 0);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
