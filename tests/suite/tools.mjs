// @ts-check
// Tools that only the tests need, kept under target/tools so that a second run finds them.
// What the platform needs as well is installed by scripts/stack.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findPostgres, packagedVersions, versionOf, wantedVersion } from '../../scripts/stack/postgres.mjs';
import { run } from './command.mjs';
import { root } from './root.mjs';

export const toolsDirectory = path.join(root, 'target/tools');
/** What had to be compiled. */
const compiled = path.join(toolsDirectory, 'bin');

/** Behind the machine's own, so that a developer's installation is preferred. @param {string} directory */
function extendPath(directory) {
  process.env.PATH = `${process.env.PATH}${path.delimiter}${directory}`;
}

/** @param {string} name */
function onPath(name) {
  return (process.env.PATH ?? '').split(path.delimiter).some((directory) => existsSync(path.join(directory, name)));
}

/** Programs of cargo, as they were built elsewhere for this kind of machine: two seconds, where compiling them takes minutes. */
const CARGO_TOOLS = 'tests/suite/requirements.txt';
/** @type {Promise<void> | undefined} */
let prebuilt;
/** By name, since two stages may need one tool at the same time. @type {Map<string, Promise<void>>} */
const installing = new Map();

/** @param {string} name @param {string[]} flags of its compilation @returns {Promise<void>} */
function cargoTool(name, flags) {
  const installed = installing.get(name) ?? installTool(name, flags);
  installing.set(name, installed);
  return installed;
}

/** @param {string} name @param {string[]} flags */
async function installTool(name, flags) {
  if (onPath(name)) return;
  prebuilt ??= pythonEnvironment('cargo', CARGO_TOOLS).then(extendPath, () => extendPath(compiled));
  await prebuilt;
  if (!onPath(name)) await compile(name, flags);
}

/** Where nobody has built it for this kind of machine. Without optimizing: it is quick enough.
 * @param {string} name @param {string[]} flags */
async function compile(name, flags) {
  const version = new RegExp(`${name}==(\\S+)`).exec(readFileSync(path.join(root, CARGO_TOOLS), 'utf8'))?.[1] ?? '';
  console.log(`compiling ${name} ${version} (once, one to three minutes)`);
  const install = ['install', name, '--version', version, '--locked', '--debug', '--quiet', '--root', toolsDirectory];
  // Its own target folder: sharing ours would rebuild the workspace's dependencies with other features.
  const { code } = await run('cargo', [...install, ...flags], { env: { CARGO_PROFILE_DEV_DEBUG: '0' } });
  if (code !== 0) throw new Error(`${name} could not be installed`);
}

export const nextest = () => cargoTool('cargo-nextest', ['--no-default-features', '--features', 'default-no-update']);
export const deny = () => cargoTool('cargo-deny', ['--no-default-features']);

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
  // What every version does alike is tried once.
  const alike = await hostedPostgres().then(() => 'off', () => 'on');
  return { STACK_POSTGRES: `/usr/lib/postgresql/${oldest}`, EXPECT_POSTGRES: process.env.EXPECT_POSTGRES ?? oldest, ALIKE: alike };
}

/** What cannot be had on this machine: told at the end, and not counted. */
export class OutOfReach extends Error {}

/** @returns {Promise<string>} the `st` program */
export async function schemathesis() {
  return path.join(await pythonEnvironment('python', 'tests/contract/requirements.txt'), 'st');
}

/** @returns {Promise<string>} a Python that has readers of calendars */
export async function calendarReaders() {
  return path.join(await pythonEnvironment('calendars', 'tests/calendars/requirements.txt'), 'python');
}

/** @returns {Promise<string>} a Python that has a solver of constraints */
export async function solver() {
  return path.join(await pythonEnvironment('privacy', 'tests/privacy/requirements.txt'), 'python');
}

/** A virtual environment per state of the requirements, with what their hashes say and nothing else.
 * @param {string} name @param {string} file @returns {Promise<string>} where its programs are */
async function pythonEnvironment(name, file) {
  const requirements = path.join(root, file);
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const environment = path.join(toolsDirectory, `${name}-${digest}`);
  const programs = path.join(environment, 'bin');
  const complete = path.join(environment, 'complete');
  if (existsSync(complete)) return programs;
  console.log(`installing ${file} (once)`);
  await rm(environment, { recursive: true, force: true });
  const pip = ['install', '--quiet', '--disable-pip-version-check', '--require-hashes', '--only-binary', ':all:'];
  const made = await run('python3', ['-m', 'venv', environment]);
  const filled = made.code === 0 && (await run(path.join(programs, 'pip'), [...pip, '-r', requirements]));
  if (!filled || filled.code !== 0) {
    await rm(environment, { recursive: true, force: true });
    throw new Error(`${file} could not be installed; it needs python3 with its venv module`);
  }
  await writeFile(complete, '');
  return programs;
}
