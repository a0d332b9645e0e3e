// @ts-check
// The real email-dispatch as a process of its own, which a test may kill at any moment.

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { environment, root } from '../../end-to-end/platform/environment.mjs';

const DENO = path.join(root, 'node_modules/@deno', readdirSync(path.join(root, 'node_modules/@deno'))[0], 'deno');

/** Short enough for a test that waits for it, long enough for a loaded machine. */
export const UPSTREAM_TIMEOUT_MILLISECONDS = 1500;

/** @typedef {{ claimed: number, sent: number, deferred: number, skipped: number, failed: number, remaining: number, batches: number }} Report */

export class Dispatcher {
  /** @type {string[]} */
  lines = [];
  #child;
  #url = '';
  #gone;

  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.#child = child;
    this.#gone = new Promise((resolve) => child.once('exit', resolve));
  }

  /**
   * @param {{ supabaseUrl: string, mailerUrl: string, sentryDsn?: string, name?: string, more?: Record<string, string> }} wiring
   */
  static async start({ supabaseUrl, mailerUrl, sentryDsn = '', name = 'email-dispatch', more = {} }) {
    const folder = path.join(root, 'supabase/functions', name);
    const rights = ['--allow-env', '--allow-net=127.0.0.1'];
    const flags = ['serve', '--no-prompt', '--no-check', '--no-lock', '--no-remote', '--no-npm', ...rights];
    const child = spawn(DENO, [...flags, '--host', '127.0.0.1', '--port', '0', path.join(folder, 'index.ts')], {
      cwd: folder,
      env: {
        ...secrets(),
        SUPABASE_URL: supabaseUrl,
        RESEND_API_URL: mailerUrl,
        SENTRY_DSN: sentryDsn,
        NO_COLOR: '1',
        ...more,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const dispatcher = new Dispatcher(child);
    await dispatcher.#listens();
    return dispatcher;
  }

  /** One call as pg_cron makes it. @param {{ name?: string, headers?: Record<string, string>, body?: unknown }} [call] */
  fetch({ name = 'email-dispatch', headers = {}, body = {} } = {}) {
    return fetch(`${this.#url}/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', apikey: environment.secretKeys.cron, ...headers },
      body: JSON.stringify(body),
    });
  }

  /** @returns {Promise<Report>} what the run did; fails unless it says so with 200 */
  async dispatch() {
    const response = await this.fetch();
    const body = await response.text();
    if (response.status !== 200)
      throw new Error(`dispatch answered ${response.status}: ${body}\n${this.lines.join('\n')}`);
    return JSON.parse(body);
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
        if (!stream) continue;
        createInterface({ input: stream }).on('line', (line) => {
          this.lines.push(line);
          const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
          if (url && this.#url === '') {
            this.#url = url;
            resolve();
          }
        });
      }
      void this.#gone.then(() => reject(new Error(`the function did not start:\n${this.lines.join('\n')}`)));
    });
  }
}

/** @returns {Record<string, string>} */
function secrets() {
  return {
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: environment.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify(environment.secretKeys),
    SITE_URL: environment.siteUrl,
    ALLOWED_ORIGINS: environment.siteUrl,
    TOKEN_KEYS: 'the-key-of-the-fault-tests-0123456789',
    RESEND_API_KEY: 're_fault_tests',
    MAIL_FROM: 'Evenkeel <hello@evenkeel.test>',
    SENTRY_ENVIRONMENT: 'test',
    UPSTREAM_TIMEOUT_MS: String(UPSTREAM_TIMEOUT_MILLISECONDS),
  };
}
