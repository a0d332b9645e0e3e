// @ts-check
// Whether the entries of the audit log in somebody's export are in the log, and say what was sealed: docs/decisions/an-export-proves-its-entries.md.
//
// Of the file alone, and a key: no database is asked.
import { createHash } from 'node:crypto';
import { openCheckpoint } from './notes.mjs';
import { leafHash, rootOf } from './tree.mjs';

const FORMAT = 'evenkeel/export/1';
/** Where in what a leaf is the hash of the columns of an entry stand. */
const PLACES = { user_id: 0, actor_role: 2, action: 3, entity_type: 4, entity_id: 5, status: 8 };
const DIGEST = 9;

/** @typedef {{ leaf_index: number, tree_size: number, leaf_hash: string, leaf: string | null, entry: string | null, path: string[] }} Proof */
/** @typedef {Record<string, any> & { proof: Proof | null, own?: { payload: (string | null)[], salt: string | null } }} Entry */
/** @typedef {{ entries: number, proven: number, opened: number, faults: { kind: string, what: string }[] }} Report */

/**
 * @param {{ format: string, checkpoints: string[], tables: Record<string, any[]> }} file as /privacy makes it
 * @param {{ verifiers: import('./notes.mjs').Verifier[], kept: Map<string, string> }} against `kept`: checkpoints that came from elsewhere
 * @returns {Report}
 */
export function verifyExport(file, { verifiers, kept }) {
  /** @type {Report} */
  const report = { entries: 0, proven: 0, opened: 0, faults: [] };
  /** @param {string} kind @param {string} what */
  const fault = (kind, what) => void report.faults.push({ kind, what });
  if (file.format !== FORMAT) return fault('format', `this is no export: ${file.format}`), report;
  /** @type {Map<number, string>} */
  const roots = new Map();
  for (const [where, note] of [...file.checkpoints.map((one, n) => [`checkpoint ${n + 1} of the export`, one]), ...kept]) {
    const checkpoint = openCheckpoint(note, verifiers);
    if (typeof checkpoint === 'string') fault('unsigned', `${where} ${checkpoint}`);
    else if ((roots.get(checkpoint.size) ?? checkpoint.root) !== checkpoint.root) fault('rewritten', `${where} has another root than one of ${checkpoint.size} entries that came before`);
    else roots.set(checkpoint.size, checkpoint.root);
  }
  for (const entry of file.tables['public.audit_logs'] ?? []) {
    report.entries += 1;
    const said = `${entry.action} of ${entry.occurred_at}`;
    if (!entry.proof) continue;
    const wrong = faultOf(entry, entry.proof, roots);
    if (wrong) fault(wrong, said);
    else report.proven += 1;
    if (!wrong && entry.own?.salt) report.opened += 1;
  }
  return report;
}

/** @param {Entry} entry @param {Proof} proof @param {Map<number, string>} roots @returns {string | null} */
function faultOf(entry, proof, roots) {
  const root = roots.get(proof.tree_size);
  if (root === undefined) return 'no checkpoint';
  const hash = Buffer.from(proof.leaf_hash, 'base64');
  if (rootOf(proof.leaf_index, proof.tree_size, hash, proof.path.map((one) => Buffer.from(one, 'base64'))) !== root) return 'not in the log';
  if (proof.leaf === null || proof.entry === null) return null;
  const [, , time, entryHash] = JSON.parse(proof.leaf);
  const sealed = JSON.parse(proof.entry);
  if (!leafHash(proof.leaf).equals(hash) || createHash('sha256').update(proof.entry).digest('hex') !== entryHash) return 'altered';
  if (Object.entries(PLACES).some(([column, place]) => (entry[column] ?? null) !== sealed[place]) || Date.parse(entry.occurred_at) !== Date.parse(time)) return 'altered';
  if (!entry.own?.salt) return null;
  const salt = Buffer.from(entry.own.salt.replaceAll('-', ''), 'hex');
  const digest = createHash('sha256').update(salt).update(JSON.stringify(entry.own.payload)).digest('hex');
  return digest === sealed[DIGEST] ? null : 'altered';
}
