// @ts-check
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../../scripts/stack/settings.mjs';

/** Writes a generated file, or with --check fails where it is not fresh. @param {string} file @param {string} text @param {string} command which writes it */
export async function keep(file, text, command) {
  const target = path.join(projectRoot, file);
  if (!process.argv.includes('--check')) return writeFile(target, text);
  if ((await readFile(target, 'utf8').catch(() => '')) === text) return;
  console.error(`${file} is not fresh; run: ${command}`);
  process.exitCode = 1;
}
