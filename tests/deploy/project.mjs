// @ts-check
// A small project in a folder of its own, and programs that note how they were called instead of doing it.

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../suite/root.mjs';

export const REF = 'abcdefghijklmnopqrst';

// Each call becomes a line of JSON; a file that is handed over becomes part of it.
const FAKE = `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require('node:fs');
const name = require('node:path').basename(process.argv[1]);
const args = process.argv.slice(2);
const file = args.includes('--file') ? readFileSync(args[args.indexOf('--file') + 1], 'utf8') : undefined;
const line = [name, ...args].join(' ').replace(/\\S+\\/tmp\\.\\S+|\\/tmp\\/\\S+/g, 'FILE');
appendFileSync(process.env.FAKE_CALLS, JSON.stringify({ line, file }) + '\\n');
if (name === 'supabase' && args[0] === 'secrets' && args[1] === 'list') console.log(process.env.FAKE_SECRETS);
if (name === 'curl') process.stdout.write(process.env.FAKE_STATUS ?? '204');
if (process.env.FAKE_FAILURE && line.includes(process.env.FAKE_FAILURE)) process.exit(1);
`;

const CONFIG = `
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
    this.write('.gitignore', '/supabase/.temp/\n');
    cpSync(path.join(root, 'supabase/functions/.env.example'), path.join(this.tree, 'supabase/functions/.env.example'));
    mkdirSync(path.join(this.tree, 'scripts'));
    copyFileSync(path.join(root, 'scripts/deploy'), path.join(this.tree, 'scripts/deploy'));
    for (const program of ['tree/scripts/build', 'bin/supabase', 'bin/curl']) this.#program(program);
    this.#git('init', '--quiet');
    this.#git('add', '.');
    this.#git('-c', 'user.name=Test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message', 'Start');
    this.link(REF);
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
        FAKE_SECRETS: secretsNamed('RESEND_API_KEY', 'MAIL_FROM', 'TOKEN_KEYS', 'SITE_URL', 'ALLOWED_ORIGINS'),
        ...env,
      },
    });
    return { status, stdout, stderr };
  }

  /** What was called so far, in order. @returns {{ line: string, file?: string }[]} */
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

/** As `supabase secrets list --output json` prints them. @param {string[]} names */
export function secretsNamed(...names) {
  return JSON.stringify(names.map((name) => ({ name, updated_at: '2026-11-22T00:00:00Z', value: 'digest' })));
}
