// @ts-check
// An edge function as a process of its own, wired to whatever upstreams a test chooses, which the
// test may kill at any moment.

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { environment, root } from './environment.mjs';

const DENO = path.join(root, 'node_modules/@deno', readdirSync(path.join(root, 'node_modules/@deno'))[0], 'deno');

/** The function's own secrets, of no meaning outside of one test run. */
export const secrets = {
  TOKEN_KEYS: 'key-of-the-tests-0123456789-abcdefghijk',
  RESEND_API_KEY: 're_key_of_the_tests',
};

/** Wiring for an upstream that is silent: short for a test, and long enough for the others on a busy machine. */
export const IMPATIENT = { UPSTREAM_TIMEOUT_MS: '4000' };

export class FunctionProcess {
  /** @type {string[]} what it has written, line by line */
  lines = [];
  url = '';
  #name;
  #child;
  #gone;

  /** @param {string} name @param {import('node:child_process').ChildProcess} child */
  constructor(name, child) {
    this.#name = name;
    this.#child = child;
    this.#gone = new Promise((resolve) => child.once('exit', resolve));
  }

  /**
   * @param {string} name
   * @param {Record<string, string>} wiring SUPABASE_URL, RESEND_API_URL, SENTRY_DSN and whatever else differs
   */
  static async start(name, wiring) {
    const folder = path.join(root, 'supabase/functions', name);
    const rights = ['--allow-env', '--allow-net=127.0.0.1'];
    const flags = ['serve', '--no-prompt', '--no-check', '--no-lock', '--no-remote', '--no-npm', ...rights];
    const child = spawn(DENO, [...flags, '--host', '127.0.0.1', '--port', '0', path.join(folder, 'index.ts')], {
      cwd: folder,
      env: { ...platformEnvironment(), ...wiring, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new FunctionProcess(name, child);
    await started.#listens();
    return started;
  }

  /** @param {string} [route] @param {{ headers?: Record<string, string>, body?: unknown, signal?: AbortSignal }} [call] */
  post(route = '', { headers = {}, body = {}, signal } = {}) {
    return fetch(`${this.url}/${this.#name}${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      signal,
    });
  }

  /** At once and without a chance to tidy up, as a worker ends whose machine is gone. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  /** @returns {Promise<void>} */
  #listens() {
    return new Promise((resolve, reject) => {
      for (const stream of [this.#child.stdout, this.#child.stderr]) {
        if (stream) createInterface({ input: stream }).on('line', (line) => this.#read(line, resolve));
      }
      void this.#gone.then(() => reject(new Error(`the function did not start:\n${this.lines.join('\n')}`)));
    });
  }

  /** @param {string} line @param {() => void} onStart */
  #read(line, onStart) {
    this.lines.push(line);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (!url || this.url !== '') return;
    this.url = url;
    onStart();
  }
}

/** @returns {Record<string, string>} */
function platformEnvironment() {
  return {
    ...secrets,
    SUPABASE_URL: environment.url,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: environment.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify(environment.secretKeys),
    CRON_SECRET_KEY: environment.cronKey,
    SITE_URL: environment.siteUrl,
    ALLOWED_ORIGINS: environment.siteUrl,
    MAIL_FROM: 'Evenkeel <hello@evenkeel.test>',
    SENTRY_ENVIRONMENT: 'test',
  };
}
