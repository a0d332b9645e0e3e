// @ts-check
// The platform the tests run against: its own ports and folder, so that it stands beside a
// developer's, empty at every run.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { environmentFile, parseEnvironment } from '../../scripts/stack/state.mjs';
import { run } from './command.mjs';
import { root } from './root.mjs';
import { OutOfReach, hostedPostgres } from './tools.mjs';

const directory = process.env.STACK_DIR ?? path.join(root, 'target/test-stack');
// Below the ports that Linux gives to connections and to servers that ask for any (32768 and up): one of those may be busy.
const portBase = Number(process.env.STACK_PORT_BASE ?? 24321);
const secretsFile = path.join(directory, 'functions.env');
/** @type {Record<string, string>} */
const place = { STACK_DIR: directory, STACK_PORT_BASE: String(portBase), STACK_FUNCTIONS_ENV: secretsFile, STACK_SITE: '' };

/** The functions' secrets of a test run, so that a developer's own .env, which may hold a live key, has no say. */
const secrets = {
  RESEND_API_KEY: 're_scripts_test',
  RESEND_API_URL: `http://127.0.0.1:${portBase + 3}`,
  MAIL_FROM: 'Evenkeel <hello@evenkeel.test>',
  TOKEN_KEYS: 'key-of-scripts-test-0123456789-abcdefgh',
  AUDIT_KEYS: 'PRIVATE+KEY+evenkeel.test/audit+3e333d2b+AWF1ZGl0LWtleS1vZi10aGUtdGVzdHMtMDEyMzQ1Njc4',
  NOTE_KEYS: 'k1:bm90ZS1rZXktb2Ytc2NyaXB0cy10ZXN0LTAxMjM0NTY=',
  CRON_SECRET_KEY: 'cron-key-of-scripts-test-0123456789-abcdefgh',
  // Two, as while one takes the place of the other.
  EMAIL_WEBHOOK_SECRETS: 'whsec_c2VjcmV0LW9mLXNjcmlwdHMtdGVzdC0xMjM=,whsec_YW5vdGhlci1zZWNyZXQtb2Ytc2NyaXB0cw==',
  SEND_EMAIL_HOOK_SECRETS: 'v1,whsec_YS1zZWNyZXQtb2YtdGhlLXNlbmQtZW1haWwtaG9vaw==,v1,whsec_dGhlLW5leHQtb2YtdGhlLXNlbmQtZW1haWwtaG9vaw==',
  SITE_URL: `http://127.0.0.1:${portBase}`,
  // The pages, and the sample frontend on a site of its own (tests/browser/sample.test.mjs).
  ALLOWED_ORIGINS: `http://127.0.0.1:${portBase},http://localhost:${portBase + 9}`,
  SENTRY_DSN: '',
  SENTRY_ENVIRONMENT: 'test',
};

let started = false;

/** What the platform must run on, where that can be had. @returns {Promise<Record<string, string>>} */
async function database() {
  try {
    return await hostedPostgres();
  } catch (error) {
    if (!(error instanceof OutOfReach)) throw error;
    console.log(`${error.message}; the platform runs on this system's own`);
    return {};
  }
}

/** @returns {Promise<Record<string, string>>} what a test process needs to find the stack */
export async function startStack() {
  started = true;
  Object.assign(place, await database());
  // What an interrupted run may have left.
  await run(path.join(root, 'scripts/stop'), [], { env: place, minutes: 2 });
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    secretsFile,
    Object.entries(secrets)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
  const { code } = await run(path.join(root, 'scripts/start'), ['--detach', '--reset'], { env: place, minutes: 15 });
  if (code !== 0) throw new Error('the local platform did not start');
  return { ...place, ...parseEnvironment(readFileSync(environmentFile(directory), 'utf8')) };
}

export async function stopStack() {
  if (!started) return;
  started = false;
  await run(path.join(root, 'scripts/stop'), [], { env: place, minutes: 2 });
}
