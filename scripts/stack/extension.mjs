// @ts-check
// Puts pg_net's stand-in where PostgreSQL looks for extensions, so that here too it is a migration that creates
// it. Takes root once for each PostgreSQL; as a command, `node scripts/stack/extension.mjs`, it does that alone.
import { readFile, readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findPostgres, versionOf } from './postgres.mjs';
import { UserError, exitWith } from './user-error.mjs';

const source = fileURLToPath(new URL('extension/', import.meta.url));

/** @returns {Promise<[name: string, text: string][]>} */
export async function extensionFiles() {
  const names = (await readdir(source)).sort();
  return Promise.all(names.map(async (name) => /** @type {[string, string]} */ ([name, await readFile(path.join(source, name), 'utf8')])));
}

/** @param {string} bin the folder of a PostgreSQL's programs, packaged as Debian does */
export async function installExtension(bin) {
  const version = versionOf(bin);
  const folder = path.resolve(bin, '../../../../share/postgresql', version, 'extension');
  const read = (/** @type {string} */ name) => readFile(path.join(folder, name), 'utf8').catch(() => null);
  const files = await extensionFiles();
  const control = await read('pg_net.control');
  if (control !== null && !control.includes('stand-in')) {
    throw new UserError(`Another pg_net is installed in ${folder}; the local platform brings its own, so remove that one.`);
  }
  for (const [name, text] of files) {
    if ((await read(name)) === text) continue;
    try {
      // Another stack may be reading it.
      await writeFile(path.join(folder, `.${name}.${process.pid}`), text);
      await rename(path.join(folder, `.${name}.${process.pid}`), path.join(folder, name));
    } catch {
      throw new UserError(`The extension pg_net is not in ${folder}, and this user may not write there. As root run: ${process.execPath} ${fileURLToPath(import.meta.url)}`);
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) findPostgres().then(installExtension).catch(exitWith);
