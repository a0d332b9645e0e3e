// @ts-check
// The platform the tests run against: its own ports and folder, so that it stands beside a
// developer's, empty at every run.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './command.mjs';
import { root } from './root.mjs';

const place = {
  STACK_DIR: process.env.STACK_DIR ?? path.join(root, 'target/test-stack'),
  STACK_PORT_BASE: process.env.STACK_PORT_BASE ?? '55321',
};

let started = false;

/** @returns {Promise<Record<string, string>>} what a test process needs to find the stack */
export async function startStack() {
  started = true;
  const { code } = await run(path.join(root, 'scripts/start'), ['--detach', '--reset'], { env: place, minutes: 15 });
  if (code !== 0) throw new Error('the local platform did not start');
  return { ...place, ...readEnvironment(path.join(place.STACK_DIR, 'env')) };
}

export async function stopStack() {
  if (!started) return;
  started = false;
  await run(path.join(root, 'scripts/stop'), [], { env: place, minutes: 2 });
}

/** @param {string} file @returns {Record<string, string>} */
function readEnvironment(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  return Object.fromEntries(
    lines.filter(Boolean).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}
