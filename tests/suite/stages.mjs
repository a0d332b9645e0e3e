// @ts-check
// Everything `scripts/test` runs, in this order: the cheap and the most likely to fail first.

import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import * as counts from './counts.mjs';
import { root } from './root.mjs';
import * as tools from './tools.mjs';

/** @typedef {import('./counts.mjs').Counts} Counts */

/**
 * @typedef {object} Step
 * @property {string} command
 * @property {string[]} args
 * @property {(output: string, code: number) => Counts | null} count null where the output has no answer
 * @property {RegExp} [outOfReach] output that means "not possible on this machine": told, not counted
 */

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {string} about
 * @property {boolean} [stack] needs the running platform
 * @property {() => Promise<unknown>} [prepare]
 * @property {() => Promise<Record<string, string>>} [environment] of the steps, where there is no platform
 * @property {() => Steps | Promise<Steps>} steps
 * @property {number} [atOnce] so many steps of an inner list at a time
 * @property {boolean} [beside] runs while the stages after it do, and is told when it has ended
 */

/** One after the other; those of an inner list side by side. @typedef {(Step | Step[])[]} Steps */

/** @param {string} line @param {Partial<Step>} [more] @returns {Step} a command that is one check */
function check(line, more = {}) {
  const [command, ...args] = line.split(' ');
  return { command, args, count: (_, code) => counts.exitCode(code), ...more };
}

/** @param {string} what @returns {Step} */
function nextest(what) {
  const args = ['nextest', 'run', ...what.split(' '), '--no-fail-fast'];
  return { command: 'cargo', args, count: counts.nextest };
}

/** One file after the other: those of a folder share the stack's clock, queue and inbox.
 * @param {string} folder @returns {Step} */
function nodeTests(folder) {
  return nodeTestsOf([folder], 1);
}

/** @param {string[]} folders @param {number} atOnce so many files at a time @returns {Step} */
function nodeTestsOf(folders, atOnce) {
  return nodeTestFiles(folders.flatMap(testFiles), atOnce);
}

/** After which a file hangs, as one takes it, and is ended by itself: what its tests said stands. */
const FILE_MINUTES = 10;

/** @param {string[]} files @param {number} [atOnce] @returns {Step} */
function nodeTestFiles(files, atOnce = 1) {
  const args = ['--test', '--test-reporter=spec', `--test-timeout=${FILE_MINUTES * 60_000}`, `--test-concurrency=${atOnce}`, ...files];
  return { command: process.execPath, args, count: counts.nodeTest };
}

/**
 * The files of a folder side by side, since each has people, companies and mails of its own. The rest is named:
 * @param {string} folder
 * @param {{ together: string[][], alone: string[] }} shared `together`: what would disturb each other, one after the other
 *   beside the others; `alone`: what would disturb any other, or measures, after all others
 * @returns {Steps}
 */
function sideBySide(folder, { together, alone }) {
  const full = (/** @type {string} */ name) => path.join(folder, `${name}.test.mjs`);
  const named = [...together.flat(), ...alone].map(full);
  const files = testFiles(folder);
  const lost = named.filter((file) => !files.includes(file));
  if (lost.length > 0) throw new Error(`there is no ${lost.join(', ')}`);
  const others = files.filter((file) => !named.includes(file));
  const groups = [...together.map((names) => names.map(full)), ...others.map((file) => [file])];
  return [groups.map((group) => nodeTestFiles(group)), nodeTestFiles(alone.map(full))];
}

/** @param {string} folder @returns {string[]} */
function testFiles(folder) {
  const entries = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  const files = entries.filter((entry) => entry.endsWith('.test.mjs')).map((entry) => path.join(folder, entry));
  return files.length > 0 ? files.sort() : [path.join(folder, 'no-test-file.test.mjs')];
}

/** Compiled once, for the stages native and conformance. The build tool is apart: it is compiled as `cargo xtask` does. */
const ALL_BUT_THE_TOOL = '--workspace --exclude xtask --all-features';
/** What needs the running platform. */
const ON_THE_STACK = 'binary_id(evenkeel-conformance::stack)|binary_id(evenkeel-conformance::wire)|binary_id(evenkeel-conformance::transparency)';

/** The crates that run inside the edge runtime. */
const IN_WASM = '--workspace --exclude xtask --exclude evenkeel-conformance';

/** @type {Stage[]} */
export const stages = [
  {
    name: 'format',
    about: 'cargo fmt',
    steps: () => [check('cargo fmt --all --check')],
  },
  {
    name: 'tools',
    about:
      "the local platform's parts and its pages, the client, scripts/deploy, the workflows, what a company can find out of what it is told, whether docs/asvs.md is fresh and true, and the tests' own parts: mail sink, Sentry endpoint, proxy, output parsers, statistics",
    // Each file has its own servers and folders.
    steps: () => [
      nodeTestsOf(
        ['tests/deploy', 'scripts/stack', 'scripts/audit', 'scripts/mail', 'pages', 'client/tests', 'supabase/tests', 'tests/agreement', 'tests/asvs', 'tests/calendars', 'tests/privacy', 'tests/suite', 'tests/sink', 'tests/faults/proxy', 'tests/uniformity'],
        2,
      ),
    ],
  },
  {
    name: 'dependencies',
    about: 'cargo deny: licences, sources, bans, advisories',
    prepare: tools.deny,
    steps: () => [
      ...['licenses', 'sources', 'bans'].map((what) => check(`cargo deny --all-features check ${what}`)),
      check('cargo deny --all-features check advisories', { outOfReach: /failed to fetch advisory database/ }),
    ],
  },
  {
    name: 'native',
    about: 'Rust tests with cargo-nextest',
    prepare: tools.nextest,
    steps: () => [nextest(`${ALL_BUT_THE_TOOL} -E not(${ON_THE_STACK})`), nextest('--package xtask')],
  },
  {
    name: 'build',
    about: 'functions to wasm, within their size limits',
    steps: () => [check('./scripts/build --check-size')],
  },
  {
    name: 'generated',
    about: 'openapi.json and the types of the client equal what the Rust types say',
    steps: () => [check('cargo xtask contract --check')],
  },
  {
    name: 'types',
    about: 'type checks of TypeScript, with calls that must not compile, and of the JavaScript with types in comments',
    // A compiler uses one processor.
    atOnce: 2,
    steps: () => [[
      check('npx --no-install tsc --noEmit --project tests/tsconfig.json'),
      check('npx --no-install tsc --noEmit --project scripts/stack/tsconfig.json'),
      check('npx --no-install tsc --project client'),
      check(`npx --no-install deno check ${functionNames().map((name) => `supabase/functions/${name}/index.ts`).join(' ')}`),
    ]],
  },
  {
    name: 'wasm',
    about: 'each built function on Deno 2.1.4: loads, refuses bad JSON, recovers from a panic',
    steps: () => [
      {
        command: 'npx',
        args: ['--no-install', 'deno', 'test', '--allow-all', '--no-check', 'tests/wasm'],
        count: counts.denoTest,
      },
    ],
  },
  {
    name: 'lint',
    about: 'clippy, natively and for wasm32, warnings are errors',
    // With what the stages after it leave: they wait for databases and browsers more than they compute.
    beside: true,
    steps: () => [
      check('nice -n 19 cargo clippy --quiet --workspace --all-targets --all-features -- -D warnings'),
      check(`nice -n 19 cargo clippy --quiet ${IN_WASM} --target wasm32-unknown-unknown -- -D warnings`),
    ],
  },
  {
    name: 'database',
    about: 'pgTAP, access for every table, role and verb, advisors, what migrations may lock, on the oldest PostgreSQL here',
    environment: tools.oldestPostgres,
    steps: () => [{ command: 'supabase/tests/run', args: [], count: counts.plainLine }],
  },
  {
    name: 'sabotage',
    about: 'holes in the access rules, which the database tests must notice',
    steps: () => [{ command: 'tests/database/sabotage', args: [], count: counts.plainLine }],
  },
  {
    name: 'database-17',
    about: 'the same on the PostgreSQL that hosted projects run, and there what every version does alike and takes long',
    environment: tools.hostedPostgres,
    steps: () => [{ command: 'supabase/tests/run', args: [], count: counts.plainLine }],
  },
  {
    name: 'end-to-end',
    about: 'supabase-js against the running platform',
    stack: true,
    atOnce: 3,
    steps: () => sideBySide('tests/end-to-end', {
      together: [
        // One books whatever is free, the other counts what is free. The first waits for pg_cron's minute, and needs no processor for it.
        ['reminder', 'client'],
        // Two have files swept away that nobody announced, and one has such a file.
        ['cron-key', 'document-files', 'contract'],
        // They let addresses ask for links again, as if none had asked for long.
        ['password-reset', 'password-reset-request', 'sign-up', 'resend', 'email-verify', 'email-change', 'auth'],
      ],
      // They measure, compare all that is about a company, read what the stack has written or listens on, or kill its parts.
      alone: ['auth-send-email', 'secrecy', 'loopback', 'survival', 'tenancy', 'tenancy-data-api'],
    }),
  },
  {
    name: 'browser',
    about: 'the pages in Chromium, and the sample frontend on a site of its own',
    stack: true,
    atOnce: 2,
    steps: () => sideBySide('tests/browser', {
      // They make documents and pillars, or read those of all; or they offer and book sessions.
      together: [['failures', 'documents', 'document-mishaps', 'sample', 'pages', 'journey', 'bookings']],
      // It kills the inbox and deletes all mails.
      alone: ['inbox'],
    }),
  },
  {
    name: 'contract',
    about: 'schemathesis over openapi.json',
    stack: true,
    prepare: tools.schemathesis,
    steps: () =>
      ['public', 'person', 'cron'].map((caller) => ({
        command: process.execPath,
        args: ['tests/contract/run.mjs', caller],
        count: counts.schemathesis,
      })),
  },
  {
    name: 'conformance',
    about: 'the promises of outbox, mailer and Auth, as in stage native in memory; each SQL function over the wire; what others read of the audit log',
    stack: true,
    prepare: tools.nextest,
    steps: () => [nextest(`${ALL_BUT_THE_TOOL} -E ${ON_THE_STACK}`)],
  },
  {
    name: 'faults',
    about: 'the mail dispatcher killed at every step; every mail sent exactly once',
    stack: true,
    steps: () => [nodeTests('tests/faults/dispatch')],
  },
];

function functionNames() {
  const folder = path.join(root, 'supabase/functions');
  return readdirSync(folder).filter((name) => existsSync(path.join(folder, name, 'index.ts')));
}
