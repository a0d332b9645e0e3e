// @ts-check
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * A folder and those above it, whoever else makes them at the same time. Node's own way to do it turns for ever below
 * /proc, and calls a read-only file system missing.
 * @param {string} folder an absolute path @returns {Promise<void>}
 */
export async function makeFolder(folder) {
  try {
    await makeOne(folder);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
    await makeFolder(path.dirname(folder));
    await makeOne(folder);
  }
}

/** @param {string} folder in one that is there */
async function makeOne(folder) {
  try {
    await mkdir(folder);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw error;
  }
}

/**
 * A file that its owner alone reads. Who reads it finds it whole, as it was or as it is, also where this process ends
 * or the disk is full.
 * @param {string} file @param {string} text
 */
export async function replaceFile(file, text) {
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
