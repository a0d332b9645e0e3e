// @ts-check
// ./scripts/audit-verify, which says how it is called.
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import postgres from 'postgres';
import { UserError } from '../stack/user-error.mjs';
import { verifyExport } from './export.mjs';
import { notesIn, readVerifier } from './notes.mjs';
import { verifyAuditLog } from './verify.mjs';

/** Notes by the file that they stand in. @param {string[]} places files, folders of them, or - for what is piped in */
async function readNotes(places) {
  /** @type {Map<string, string>} */
  const notes = new Map();
  /** What holds none is told to be none. @param {string} file @param {string} content */
  const add = (file, content) => {
    const found = notesIn(content);
    for (const [n, note] of (found.length > 0 ? found : [content]).entries()) notes.set(n === 0 ? file : `${file} (${n + 1})`, note);
  };
  for (const place of places) {
    if (place === '-') {
      add('what was piped in', await text(process.stdin));
      continue;
    }
    const found = await stat(place).catch(() => null);
    if (!found) throw new UserError(`${place} is not there.`);
    const files = found.isDirectory() ? (await readdir(place)).sort().map((name) => path.join(place, name)) : [place];
    for (const file of files) add(file, await readFile(file, 'utf8'));
  }
  return notes;
}

try {
  const { values } = parseArgs({ options: { key: { type: 'string', multiple: true }, checkpoint: { type: 'string', multiple: true }, export: { type: 'string' } } });
  if (!values.key) throw new UserError('Name the verifying key of the log: --key example.com/audit+1234abcd+AbC..., which --help says how to get.');
  const verifiers = values.key.map(readVerifier);
  const kept = await readNotes(values.checkpoint ?? []);
  if (values.export) {
    process.exitCode = await checkExport(values.export, { verifiers, kept });
  } else {
    process.exitCode = await checkDatabase({ verifiers, kept });
  }
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
}

/** @param {string} file @param {{ verifiers: import('./notes.mjs').Verifier[], kept: Map<string, string> }} against */
async function checkExport(file, against) {
  const text = await readFile(file, 'utf8').catch(() => { throw new UserError(`${file} is not there.`); });
  const report = verifyExport(JSON.parse(text), against);
  for (const { kind, what } of report.faults) console.log(`${kind}: ${what}`);
  console.log(`${report.entries} entries about the person, ${report.proven} proven to be in the log, ${report.opened} of these with what they say of the person's own acts`);
  if (against.kept.size === 0) console.log('no checkpoint came from elsewhere: the log is that of whoever signed the ones of the export');
  console.log(report.faults.length === 0 ? 'the entries are what was sealed' : `${report.faults.length} faults`);
  return report.faults.length === 0 ? 0 : 1;
}

/** @param {{ verifiers: import('./notes.mjs').Verifier[], kept: Map<string, string> }} against */
async function checkDatabase({ verifiers, kept }) {
  if (!process.env.DATABASE_URL) throw new UserError('DATABASE_URL is not set: the database, or a dump of it that was restored.');
  const sql = postgres(process.env.DATABASE_URL, { max: 1, onnotice: () => {} });
  // Of one moment: what is sealed meanwhile is of the next time.
  const report = await sql.begin('isolation level repeatable read read only', (all) => verifyAuditLog(all, { verifiers, kept })).finally(() => sql.end());
  for (const { kind, what } of report.faults) console.log(`${kind}: ${what}`);
  console.log(`${report.leaves} leaves, ${report.erased} of entries whose payload was erased, ${report.retired} of entries that were retired by their age`);
  console.log(`${report.entries} entries, ${report.waiting} not sealed yet; ${report.checkpoints} checkpoints of the database, ${kept.size} kept elsewhere; root ${report.root}`);
  if (kept.size === 0) console.log('no checkpoint was kept elsewhere: what was rewritten as a whole is not seen');
  console.log(report.faults.length === 0 ? 'the audit log is what was sealed' : `${report.faults.length} faults`);
  return report.faults.length === 0 ? 0 : 1;
}
