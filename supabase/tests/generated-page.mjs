// @ts-check
// A page that is made from the database or from a table beside it, and is committed.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../../scripts/stack/settings.mjs';

/** Writes it; with `--check`, fails where the one that is committed is another. @param {string} file in the project @param {string} wanted */
export async function writeOrCheck(file, wanted) {
  const target = path.join(projectRoot, file);
  if (!process.argv.includes('--check')) return writeFile(target, wanted);
  if ((await readFile(target, 'utf8').catch(() => '')) === wanted) return;
  console.error(`${file} is not fresh; run: node supabase/tests/generate.mjs`);
  process.exitCode = 1;
}
