// @ts-check
// A small project in a folder of its own, and programs that note how they were called instead of doing it.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../suite/root.mjs';

export const REF = 'abcdefghijklmnopqrst';

/** Of whoever deploys. */
export const ACCESS_TOKEN = `sbp_${'70ce'.repeat(10)}`;

/** The cron key of the project's vault. */
export const CRON_KEY = '5eed'.repeat(16);

// Each call becomes a line of JSON; a file that is handed over becomes part of it. The database answers as the vault
// would, or is a real one; a push meets locks, or is a real one; nobody sleeps.
const FAKE = `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require('node:fs');
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const name = require('node:path').basename(process.argv[1]);
const args = process.argv.slice(2);
const handed = args.findIndex((one) => one === '--file' || one === '--env-file') + 1;
const file = args.includes('--config') ? readFileSync(0, 'utf8') : handed > 0 ? readFileSync(args[handed], 'utf8') : undefined;
const line = [name, ...args].join(' ').replace(/\\S+\\/tmp\\.\\S+|\\/tmp\\/\\S+/g, 'FILE');
appendFileSync(process.env.FAKE_CALLS, JSON.stringify({ line, file }) + '\\n');
if (process.env.FAKE_FAILURE && line.includes(process.env.FAKE_FAILURE)) process.exit(1);
if (line.startsWith('supabase db push') && args.includes('--yes')) {
  const { FAKE_PUSH_URL: url, FAKE_LOCKED: locked = '0', REAL_SUPABASE: real } = process.env;
  const attempt = readFileSync(process.env.FAKE_CALLS, 'utf8').split('\\n').filter((one) => one.includes(line)).length;
  if (attempt <= Number(locked)) {
    console.error('ERROR: canceling statement due to lock timeout (SQLSTATE 55P03)');
    process.exit(1);
  }
  if (url) process.exit(spawnSync(real, ['db', 'push', '--remote=' + url, '--yes'], { stdio: 'inherit' }).status);
}
if (name === 'sleep' && process.env.FAKE_SLEEP) spawnSync('sh', ['-c', process.env.FAKE_SLEEP]);
const print = (rows) => console.log(JSON.stringify(rows));
if (line.startsWith('supabase secrets list')) console.log(process.env.FAKE_SECRETS);
if (line.startsWith('supabase db query')) {
  const { FAKE_DATABASE_URL: url, FAKE_CRON_KEY: key, REAL_SUPABASE: real } = process.env;
  const elsewhere = args.map((one) => (one.startsWith('--remote=') ? '--remote=' + url : one));
  if (url) process.exit(spawnSync(real, elsewhere, { stdio: 'inherit' }).status);
  if (file.includes(' as digest')) print([{ digest: createHash('sha256').update(key).digest('hex') }]);
  else if (file.startsWith('select decrypted_secret')) print([{ decrypted_secret: key }]);
  else if (file.includes('kick_function')) print([{ request: '7' }]);
}
if (name === 'curl') {
  const { FAKE_AUTH: auth, FAKE_DATA_API: dataApi, FAKE_STATUS: status = '204' } = process.env;
  process.stdout.write(line.endsWith('/config/auth') ? auth : line.endsWith('/postgrest') ? dataApi : status);
}
`;

const CONFIG = `
[api]
max_rows = 1000

[auth]
minimum_password_length = 12

[auth.rate_limit]
email_sent = 30000

[functions.alpha]
enabled = true
verify_jwt = false

[functions.beta]
verify_jwt = true

[functions.gone]
enabled = false
`;

export class Project {
  constructor() {
    this.folder = mkdtempSync(path.join(tmpdir(), 'deploy-'));
    this.tree = path.join(this.folder, 'tree');
    this.bin = path.join(this.folder, 'bin');
    this.calls_ = path.join(this.folder, 'calls');
    for (const name of ['alpha', 'beta', 'gone']) this.write(`supabase/functions/${name}/index.ts`, '');
    this.write('supabase/functions/_shared/host.ts', '');
    this.write('supabase/config.toml', CONFIG);
    this.write('.gitignore', '/supabase/.temp/\n/supabase/functions/*/build/\n');
    cpSync(path.join(root, 'supabase/functions/.env.example'), path.join(this.tree, 'supabase/functions/.env.example'));
    mkdirSync(path.join(this.tree, 'scripts'));
    for (const file of ['scripts/deploy', 'scripts/deploy-cron-key.sh', 'scripts/deploy-settings.sh', 'scripts/stack/help.sh']) cpSync(path.join(root, file), path.join(this.tree, file));
    for (const program of ['tree/scripts/build', 'bin/supabase', 'bin/curl', 'bin/sleep']) this.#program(program);
    this.#git('init', '--quiet');
    this.commit();
    this.link(REF);
  }

  commit() {
    this.#git('add', '.');
    this.#git('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message', 'A commit');
  }

  /** @param {string} file */
  #program(file) {
    const target = path.join(this.folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, FAKE);
    chmodSync(target, 0o755);
  }

  /** @param {string[]} args */
  #git(...args) {
    execFileSync('git', args, { cwd: this.tree });
  }

  /** @param {string} file @param {string} text */
  write(file, text) {
    const target = path.join(this.tree, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
    return target;
  }

  /** @param {string} ref */
  link(ref) {
    this.write('supabase/.temp/project-ref', ref);
  }

  /** @param {string} line the arguments @param {Record<string, string>} [env] @param {string} [input] */
  deploy(line, env = {}, input = '') {
    const { status, stdout, stderr } = spawnSync(path.join(this.tree, 'scripts/deploy'), line.split(' '), {
      encoding: 'utf8',
      input,
      env: {
        PATH: `${this.bin}${path.delimiter}${process.env.PATH}`,
        HOME: this.folder,
        STAGING_PROJECT_REF: REF,
        PRODUCTION_PROJECT_REF: REF,
        PREVIEW_PROJECT_REF: REF,
        FAKE_CALLS: this.calls_,
        FAKE_CRON_KEY: CRON_KEY,
        FAKE_AUTH: authWith({}),
        FAKE_DATA_API: dataApiWith({}),
        SUPABASE_ACCESS_TOKEN: ACCESS_TOKEN,
        REAL_SUPABASE: path.join(root, 'node_modules/.bin/supabase'),
        FAKE_SECRETS: secretsNamed('RESEND_API_KEY', 'MAIL_FROM', 'TOKEN_KEYS', 'NOTE_KEYS', 'AUDIT_KEYS', 'EMAIL_WEBHOOK_SECRETS', 'SEND_EMAIL_HOOK_SECRETS', 'SITE_URL', 'ALLOWED_ORIGINS'),
        ...env,
      },
    });
    return { status, stdout, stderr };
  }

  /** What was called so far, in order; a file is what was handed over. @returns {{ line: string, file?: string }[]} */
  calls() {
    if (!existsSync(this.calls_)) return [];
    return readFileSync(this.calls_, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  }

  lines() {
    return this.calls().map((call) => call.line);
  }

  remove() {
    rmSync(this.folder, { recursive: true });
  }
}

/** Auth's settings as the platform tells them, as they should be but for these. @param {object} settings */
export function authWith(settings) {
  return JSON.stringify({
    rate_limit_email_sent: 30_000, hook_send_email_enabled: true,
    hook_send_email_uri: `https://${REF}.supabase.co/functions/v1/auth-send-email`, disable_signup: true,
    external_anonymous_users_enabled: false, mailer_autoconfirm: false, password_min_length: 12, refresh_token_rotation_enabled: true,
    mfa_totp_enroll_enabled: true, mfa_totp_verify_enabled: true, ...settings,
  });
}

/** The Data API's, likewise. @param {object} settings */
export function dataApiWith(settings) {
  return JSON.stringify({ db_schema: 'public', db_extra_search_path: 'public, extensions', max_rows: 1000, ...settings });
}

/** As `supabase secrets list --output json` prints them. @param {string[]} names */
export function secretsNamed(...names) {
  return JSON.stringify(names.map((name) => secret(name)));
}

/** All that the functions need, and this cron key. @param {string} key */
export function secretsWithCronKey(key) {
  const others = ['RESEND_API_KEY', 'MAIL_FROM', 'TOKEN_KEYS', 'NOTE_KEYS', 'AUDIT_KEYS', 'EMAIL_WEBHOOK_SECRETS', 'SEND_EMAIL_HOOK_SECRETS', 'SITE_URL', 'ALLOWED_ORIGINS'];
  const digest = createHash('sha256').update(key).digest('hex');
  return JSON.stringify([...others.map((name) => secret(name)), secret('CRON_SECRET_KEY', digest)]);
}

/** @param {string} name */
function secret(name, value = 'digest') {
  return { name, updated_at: '2026-11-22T00:00:00Z', value };
}
