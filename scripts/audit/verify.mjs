// @ts-check
// Holds the audit log of a database against checkpoints that were kept elsewhere: docs/decisions/the-audit-log-is-a-tree.md.
//
// Nothing that the database computes is believed: leaves, nodes and roots are made anew from the columns of the entries, by
// what RFC 9162 and C2SP say.
import { createHash } from 'node:crypto';
import { openCheckpoint } from './notes.mjs';
import { leafHash, Tree } from './tree.mjs';

/** How much earlier than one before it an entry may say to be: how long a transaction may take. */
const LATE_MS = 60 * 60 * 1000;
const PAGE = 5000;
/** Entries are kept for a year at least, whatever the setting: what is younger is not retired. */
const LEAST_RETENTION_MS = 365 * 24 * 60 * 60 * 1000;

/** @typedef {{ kind: string, what: string }} Fault */
/** @typedef {{ entries: number, leaves: number, erased: number, retired: number, waiting: number, checkpoints: number, root: string, faults: Fault[] }} Report */

/**
 * @param {import('postgres').Sql | import('postgres').TransactionSql} sql
 * @param {{ verifiers: import('./notes.mjs').Verifier[], kept: Map<string, string> }} against `kept`: notes by where they were found
 * @returns {Promise<Report>}
 */
export async function verifyAuditLog(sql, { verifiers, kept }) {
  /** @type {Fault[]} */
  const faults = [];
  /** @param {string} kind @param {string} what */
  const fault = (kind, what) => void faults.push({ kind, what });
  const { checkpoints, sealed, wanted } = await checkpointsOf(sql, verifiers, kept, fault);
  const tree = new Tree();
  const counts = { erased: 0, retired: 0 };
  /** Of entries that were erased, and of entries that say which were. */
  const [erased, named] = [/** @type {string[]} */ ([]), new Set()];
  /** How many entries of which month are gone, and how many the latest entry about it says are. */
  const gone = /** @type {Map<string, number>} */ (new Map());
  let said = /** @type {Record<string, number>} */ ({});
  /** @param {any} row that says how many entries of which month are gone */
  const retires = (row) => {
    said = JSON.parse(row.c12 ?? '{}');
    // One that says to be of a time to come says nothing of how old they were.
    const latest = Math.min(Date.parse(row.c1), Date.now());
    for (const month of Object.keys(said)) {
      if (!(monthAfter(month) <= latest - LEAST_RETENTION_MS)) fault('retired early', `entry ${row.c0} says that entries of ${month} were retired`);
    }
  };
  let latest = 0;
  const check = () => {
    for (const { root, where } of wanted.get(tree.size) ?? []) {
      if (root !== tree.root()) fault('rewritten', `the first ${tree.size} entries are not those of ${where}`);
    }
    wanted.delete(tree.size);
  };
  for await (const rows of sql.unsafe(LEAVES).cursor(PAGE)) {
    for (const row of rows) {
      if (Number(row.leaf_index) !== tree.size) {
        fault('gap', `after leaf ${tree.size - 1} comes ${row.leaf_index}`);
        return report();
      }
      const told = leafOf(row);
      const time = Date.parse(row.leaf_time);
      if (time < latest - LATE_MS) fault('backdated', `entry ${row.entry_id} says ${row.leaf_time} and comes after one of ${new Date(latest).toISOString()}`);
      const isSealed = told === row.leaf_hash;
      if (!isSealed) fault('altered', `entry ${row.entry_id} (leaf ${row.leaf_index}) is not what was sealed`);
      // Only what is as it was sealed says truly when it was.
      if (isSealed) latest = Math.max(latest, time);
      if (row.c0 === null) {
        gone.set(row.month, (gone.get(row.month) ?? 0) + 1);
        counts.retired += 1;
      } else if (isSealed) {
        if (row.salt === null) erased.push(row.entry_id);
        if (row.c5 === ERASURE) named.add(row.c7);
        if (row.c5 === RETIREMENT) retires(row);
      }
      // Of an entry that is gone there is only its leaf, which has its time, and the roots tell whether it is the right one.
      tree.push(Buffer.from(row.leaf_hash, 'hex'));
      check();
    }
  }
  return report();

  async function report() {
    for (const [size, those] of wanted) {
      for (const { where } of those) fault('cut off', `there are ${tree.size} entries, and ${where} has ${size}`);
    }
    const missing = new Set([...tree.nodes.keys()].filter((key) => endOf(key) <= sealed));
    for (const row of await sql`select level, node_index::text as n, encode(node_hash, 'hex') as hash from private.audit_nodes`) {
      const key = `${row.level}/${row.n}`;
      missing.delete(key);
      if (tree.nodes.get(key) !== row.hash) fault('node', `node ${key} is not the one of the leaves`);
    }
    for (const key of missing) fault('node', `node ${key} is missing`);
    counts.erased = erased.length;
    // What says so may be sealed a minute after they went.
    for (const row of await sql.unsafe(RETIRED_JUST_NOW)) retires(row);
    for (const month of new Set([...gone.keys(), ...Object.keys(said)])) {
      const [entries, retired] = [gone.get(month) ?? 0, said[month] ?? 0];
      if (entries > retired) fault('removed', `${entries} entries of ${month} are gone, and the log says that ${retired} were retired`);
      if (entries < retired) fault('put back', `${entries} entries of ${month} are gone, and the log says that ${retired} were retired`);
    }
    for (const id of erased.filter((one) => !named.has(one))) fault('erased', `what entry ${id} said is gone, and no entry says that it was erased`);
    for (const { id } of await sql`select id::text from public.audit_logs group by id having count(*) > 1`) fault('twice', `there are two entries ${id}`);
    const [{ entries, waiting, forgotten }] = await sql.unsafe(WAITING);
    if (forgotten > 0) fault('unsealed', `${forgotten} entries are no leaves, and should be: they were put in, or audit-seal does not run`);
    return {
      entries: Number(entries), leaves: tree.size, ...counts, waiting: Number(waiting), checkpoints, root: tree.root(), faults,
    };
  }
}

/** All checkpoints by size: those of the database, and those that were kept. @param {import('postgres').Sql | import('postgres').TransactionSql} sql
 * @param {import('./notes.mjs').Verifier[]} verifiers @param {Map<string, string>} kept @param {(kind: string, what: string) => void} fault */
async function checkpointsOf(sql, verifiers, kept, fault) {
  /** @type {Map<number, { root: string, where: string }[]>} */
  const wanted = new Map();
  let [checkpoints, sealed] = [0, 0];
  /** @param {string} note @param {string} where */
  const add = (note, where) => {
    const checkpoint = openCheckpoint(note, verifiers);
    if (typeof checkpoint === 'string') return void fault('unsigned', `${where} ${checkpoint}`);
    wanted.set(checkpoint.size, [...(wanted.get(checkpoint.size) ?? []), { root: checkpoint.root, where }]);
    return checkpoint;
  };
  for (const [where, note] of kept) add(note, where);
  for (const row of await sql`select tree_size::text as size, note from private.audit_checkpoints order by tree_size`) {
    const checkpoint = add(row.note, `checkpoint ${row.size} of the database`);
    if (checkpoint && String(checkpoint.size) !== row.size) fault('unsigned', `checkpoint ${row.size} of the database says ${checkpoint.size}`);
    if (checkpoint) checkpoints += 1;
    sealed = Number(row.size);
  }
  return { wanted, checkpoints, sealed };
}

/** How many leaves there are when a node is complete: it is kept with the checkpoint of so many. @param {string} key level and number */
function endOf(key) {
  const [level, n] = key.split('/').map(Number);
  return (n + 1) * 256 ** level;
}

/** The hash of the leaf that an entry should have, or null where what is kept of it is not that of the entry. @param {any} row @returns {string | null} */
function leafOf(row) {
  if (row.c0 !== null && entryHashOf(row) !== row.entry_hash) return null;
  return leafHash(JSON.stringify(['evenkeel/audit/1', row.entry_id, row.leaf_time, row.entry_hash])).toString('hex');
}

/** The hash of all that an entry says but its id and time, or null where its payload is gone and something is in its place. @param {any} row @returns {string | null} */
function entryHashOf(row) {
  const payload = JSON.stringify(columns(row, ENTRY.length, ENTRY.length + PAYLOAD.length));
  let digest = row.payload_hash;
  if (row.salt !== null) {
    digest = createHash('sha256').update(Buffer.from(row.salt.replaceAll('-', ''), 'hex')).update(payload).digest('hex');
  } else if (payload !== ERASED) {
    return null;
  }
  return createHash('sha256').update(JSON.stringify([...columns(row, 2, ENTRY.length), digest])).digest('hex');
}

/** What an entry says that another one was erased: `entity_id` is its id. */
const ERASURE = 'audit_logs.erased';

/** What an entry says how many entries of which month are gone by their age: its new values, {"2026-11": 12}. */
const RETIREMENT = 'audit_logs.retired';

/** When a month has ended. @param {string} month such as 2026-11 */
function monthAfter(month) {
  const [year, number] = month.split('-').map(Number);
  return Date.UTC(year, number);
}

/** The payload of an entry that was erased. */
const ERASED = JSON.stringify([null, null, '{}', null, null, null]);

const TIME = (/** @type {string} */ column) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The columns of an entry, its id and time first, and those of the payload, each as its text, so that nothing is read anew on the way. */
const ENTRY = ['l.id::text', TIME('l.occurred_at'), 'l.user_id::text', 'l.actor_id::text', 'l.actor_role', 'l.action', 'l.entity_type', 'l.entity_id',
  'l.source', 'l.request_id::text', 'l.status'];
const PAYLOAD = ['l.old_values::text', 'l.new_values::text', 'l.context::text', 'l.ip_address::text', 'l.user_agent', 'l.error_message'];
/** @param {any} row @param {number} from @param {number} to @returns {(string | null)[]} */
const columns = (row, from, to) => Array.from({ length: to - from }, (_, n) => row[`c${from + n}`]);

const LEAVES = `
  select s.leaf_index::text, s.entry_id::text, s.salt::text, encode(s.payload_hash, 'hex') as payload_hash, encode(s.entry_hash, 'hex') as entry_hash, encode(s.leaf_hash, 'hex') as leaf_hash,
    ${TIME('s.occurred_at')} as leaf_time, to_char(s.occurred_at at time zone 'UTC', 'YYYY-MM') as month,
    ${[...ENTRY, ...PAYLOAD].map((column, n) => `${column} as c${n}`).join(', ')}
  from private.audit_leaves s left join public.audit_logs l on l.id = s.entry_id and l.occurred_at = s.occurred_at
  order by s.leaf_index`;

const RETIRED_JUST_NOW = `
  select ${[...ENTRY, ...PAYLOAD].map((column, n) => `${column} as c${n}`).join(', ')}
  from public.audit_logs l
  where l.action = '${RETIREMENT}' and not exists (select from private.audit_leaves s where s.entry_id = l.id and s.occurred_at = l.occurred_at)
  order by l.occurred_at, l.id`;

/** What came lately waits for its transaction to be older than all others, and for audit-seal. */
const WAITING = `
  select (select count(*) from public.audit_logs) as entries, count(*) as waiting,
    count(*) filter (where l.occurred_at < clock_timestamp() - interval '1 hour' or (l.transaction_id, l.id) <= (q.transaction_id, q.entry_id)) as forgotten
  from public.audit_logs l cross join private.audit_sequence q
  where not exists (select from private.audit_leaves s where s.entry_id = l.id and s.occurred_at = l.occurred_at)`;
