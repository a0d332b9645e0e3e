// @ts-check
// Tools that only the tests need, kept under target/tools so that a second run finds them.
// What the platform needs as well is installed by scripts/stack.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { findPostgres, packagedVersions, versionOf, wantedVersion } from '../../scripts/stack/postgres.mjs';
import { run } from './command.mjs';
import { root } from './root.mjs';

const CARGO_DENY = '0.20.2';
const CARGO_NEXTEST = '0.9.151';

export const toolsDirectory = path.join(root, 'target/tools');
const binDirectory = path.join(toolsDirectory, 'bin');

/** Puts our own tools behind the machine's, so that a developer's installation is preferred. */
export function extendPath() {
  process.env.PATH = `${process.env.PATH}${path.delimiter}${binDirectory}`;
}

/** @param {string} name */
function onPath(name) {
  return (process.env.PATH ?? '').split(path.delimiter).some((directory) => existsSync(path.join(directory, name)));
}

/** By name, since two stages may need one tool at the same time. @type {Map<string, Promise<void>>} */
const installing = new Map();

/** @param {string} name @param {string} version @param {string[]} [flags] @returns {Promise<void>} */
function cargoTool(name, version, flags = []) {
  const installed = installing.get(name) ?? installTool(name, version, flags);
  installing.set(name, installed);
  return installed;
}

/** Debug builds: they compile in a quarter of the time and run long enough for nobody to notice.
 * @param {string} name @param {string} version @param {string[]} flags */
async function installTool(name, version, flags) {
  if (onPath(name)) return;
  console.log(`installing ${name} ${version} (once, one to three minutes)`);
  const install = ['install', name, '--version', version, '--locked', '--debug', '--quiet', '--root', toolsDirectory];
  // Its own target folder: sharing ours would rebuild the workspace's dependencies with other features.
  const { code } = await run('cargo', [...install, ...flags]);
  if (code !== 0) throw new Error(`${name} could not be installed`);
}

export const nextest = () => cargoTool('cargo-nextest', CARGO_NEXTEST);
export const deny = () => cargoTool('cargo-deny', CARGO_DENY, ['--no-default-features']);

/** The PostgreSQL that hosted projects run, as a stack finds it, and asserted. @returns {Promise<Record<string, string>>} */
export async function hostedPostgres() {
  const [wanted, found] = [await wantedVersion(), versionOf(await findPostgres())];
  if (found !== wanted) throw new OutOfReach(`PostgreSQL ${wanted}: this is ${found}`);
  return { EXPECT_POSTGRES: wanted };
}

/** The oldest that this system packages: the migrations are written for 15 and newer. @returns {Promise<Record<string, string>>} */
export async function oldestPostgres() {
  const [oldest] = await packagedVersions();
  if (process.env.STACK_POSTGRES || !oldest) return {};
  return { STACK_POSTGRES: `/usr/lib/postgresql/${oldest}`, EXPECT_POSTGRES: process.env.EXPECT_POSTGRES ?? oldest };
}

/** What cannot be had on this machine: told at the end, and not counted. */
export class OutOfReach extends Error {}

/** A virtual environment per state of the requirements. @returns {Promise<string>} the `st` program */
export async function schemathesis() {
  const requirements = path.join(root, 'tests/contract/requirements.txt');
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const environment = path.join(toolsDirectory, `python-${digest}`);
  const program = path.join(environment, 'bin/st');
  if (existsSync(program)) return program;
  console.log('installing schemathesis (once)');
  await rm(environment, { recursive: true, force: true });
  const pip = ['install', '--quiet', '--disable-pip-version-check', '--require-hashes', '--only-binary', ':all:'];
  const made = await run('python3', ['-m', 'venv', environment]);
  const filled = made.code === 0 && (await run(path.join(environment, 'bin/pip'), [...pip, '-r', requirements]));
  if (!filled || filled.code !== 0) {
    await rm(environment, { recursive: true, force: true });
    throw new Error('schemathesis could not be installed; it needs python3 with its venv module');
  }
  return program;
}
