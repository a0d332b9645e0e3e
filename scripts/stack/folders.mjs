// @ts-check
import { mkdir, stat } from 'node:fs/promises';
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
