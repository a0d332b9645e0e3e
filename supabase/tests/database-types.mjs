// @ts-check
// Writes types/database.ts from a migrated database, or with --check fails when it is not fresh.
//
//   node supabase/tests/database-types.mjs [--check]
//
// Of DATABASE_URL where it is set, else of a throwaway database.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { bringUp, takeDown } from '../../scripts/stack/database.mjs';
import { projectRoot } from '../../scripts/stack/settings.mjs';

const target = path.join(projectRoot, 'types/database.ts');
const header = `// Generated from the migrations by supabase/tests/database-types.mjs. Do not edit.\n\n`;

/** @param {string} url */
async function generate(url) {
  const cli = path.join(projectRoot, 'node_modules/.bin/supabase');
  const args = ['gen', 'types', 'typescript', `--remote=${url}`, '--schema', 'public', '--agent', 'no'];
  const env = { ...process.env, SUPABASE_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  const { stdout } = await promisify(execFile)(cli, args, { cwd: projectRoot, env, maxBuffer: 16 * 1024 * 1024 });
  // What it says about the connection stands on the same stream.
  const start = stdout.indexOf('export type Json');
  if (start < 0) throw new Error(`supabase gen types printed no types:\n${stdout}`);
  return stdout.slice(start);
}

/** The CLI leaves the layout to others. @param {string} text */
function format(text) {
  const source = ts.createSourceFile('database.ts', text, ts.ScriptTarget.Latest, true);
  const { transformed } = ts.transform(source, [withoutDemo]);
  return header + ts.createPrinter().printFile(transformed[0]);
}

/** What seed.sql brings is in no hosted project. @type {ts.TransformerFactory<ts.SourceFile>} */
function withoutDemo(context) {
  /** @type {ts.Visitor} */
  const visit = (node) => {
    const isDemo = ts.isPropertySignature(node) && ts.isStringLiteral(node.name) && node.name.text.startsWith('demo_');
    return isDemo ? undefined : ts.visitEachChild(node, visit, context);
  };
  return (file) => ts.visitEachChild(file, visit, context);
}

/** @param {(url: string) => Promise<void>} use */
async function withDatabase(use) {
  if (process.env.DATABASE_URL) return use(process.env.DATABASE_URL);
  const directory = await mkdtemp(path.join(tmpdir(), 'evenkeel-types.'));
  try {
    const { url } = await bringUp({ directory, port: 0, durable: false, migrations: true, seed: false });
    await use(url);
  } finally {
    await takeDown(directory);
    await rm(directory, { recursive: true, force: true });
  }
}

await withDatabase(async (url) => {
  const text = format(await generate(url));
  if (!process.argv.includes('--check')) return writeFile(target, text);
  if ((await readFile(target, 'utf8').catch(() => '')) === text) return;
  console.error('types/database.ts is not what the migrations say; run: node supabase/tests/database-types.mjs');
  process.exitCode = 1;
});
