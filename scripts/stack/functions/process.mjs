// @ts-check
// One edge function as one `deno serve` process: started when it is first asked, started again
// when it died or was rebuilt.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { createInterface } from 'node:readline';
import { appendLine } from '../logs.mjs';
import { freePort, waitForPort } from '../ports.mjs';
import { projectRoot } from '../settings.mjs';
import { upstreamHosts } from './environment.mjs';

const BOOT_MILLISECONDS = 20_000;
const RETRY_BOOT_AFTER = 1_000;
const LOOK_FOR_CHANGES_EVERY = 1_000;

/** @typedef {{ port: number, child: import('node:child_process').ChildProcess, builtAt: number }} Running */

export class FunctionProcess {
  /** @type {Promise<Running> | null} */
  #running = null;
  #state = /** @type {'idle' | 'running' | 'failed'} */ ('idle');
  #failedAt = 0;
  #lookedAt = 0;
  #stopped = false;

  /**
   * @param {string} name
   * @param {{ environment: Record<string, string>, gatewayPort: number, deno: string, logDirectory: string, cacheDirectory: string,
   *   onLine: (name: string, line: string) => void }} options
   */
  constructor(name, options) {
    this.name = name;
    this.options = options;
    this.folder = path.join(projectRoot, 'supabase/functions', name);
    this.log = path.join(options.logDirectory, `${name}.log`);
  }

  get state() {
    return this.#state;
  }

  /** The port the function listens on; boots it where it does not. */
  async port() {
    if (this.#stopped) throw new Error('the stack is stopping');
    if (this.#running && (await this.#isStale())) await this.#end();
    if (!this.#running) {
      if (Date.now() - this.#failedAt < RETRY_BOOT_AFTER) throw new Error('did not boot');
      this.#running = this.#boot();
      this.#running.catch(() => (this.#running = null));
    }
    return (await this.#running).port;
  }

  async stop() {
    this.#stopped = true;
    await this.#end();
  }

  /** @returns {Promise<Running>} */
  async #boot() {
    const [port, builtAt] = [await freePort(), await newestFile(this.folder)];
    const child = this.#spawn(port, await this.#writeEntry());
    const exited = new Promise((resolve) => child.once('exit', () => resolve(false)));
    child.once('exit', () => this.#forget(child));
    const listens = await Promise.race([waitForPort(port, BOOT_MILLISECONDS), exited]);
    if (!listens) {
      child.kill('SIGKILL');
      this.#state = 'failed';
      this.#failedAt = Date.now();
      throw new Error('did not boot');
    }
    this.#state = 'running';
    return { port, child, builtAt };
  }

  /** The function behind the gate: only what came through the gateway has the gateway's name. */
  async #writeEntry() {
    const { cacheDirectory, gatewayPort } = this.options;
    const file = path.join(cacheDirectory, 'entries', `${this.name}.mjs`);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, `
      import served from ${urlOf(path.join(this.folder, 'index.ts'))};
      import { isOwnHost } from ${urlOf(path.join(projectRoot, 'scripts/stack/gate.mjs'))};
      const refused = () => new Response(null, { status: 421 });
      const isOwn = (request) => isOwnHost(request.headers.get('host'), ${gatewayPort});
      export default { fetch: (request, info) => (isOwn(request) ? served.fetch(request, info) : refused()) };
    `);
    return file;
  }

  /** @param {number} port @param {string} entry */
  #spawn(port, entry) {
    const { environment, deno, cacheDirectory } = this.options;
    const config = path.join(this.folder, 'deno.json');
    const denoArgs = [
      'serve', '--quiet', '--no-prompt', '--no-lock', '--no-remote', '--no-npm',
      '--host', '127.0.0.1', '--port', String(port),
      // Its own upstreams, and its own environment, which holds nothing of this machine's. No files.
      `--allow-net=${[`127.0.0.1:${port}`, ...upstreamHosts(environment)].join(',')}`,
      '--allow-env',
      '--v8-flags=--max-old-space-size=256',
      ...(existsSync(config) ? ['--config', config] : ['--no-config']),
      entry,
    ];
    const [command, args] = diesWithParent(deno, denoArgs);
    const child = spawn(command, args, {
      cwd: this.folder,
      env: { ...environment, DENO_DIR: cacheDirectory, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1', HOME: cacheDirectory },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.on('error', (error) => this.#write(`cannot start deno: ${error.message}`));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#write(line));
    }
    return child;
  }

  /** @param {string} line */
  #write(line) {
    appendLine(this.log, line);
    this.options.onLine(this.name, line);
  }

  /** @param {import('node:child_process').ChildProcess} child */
  async #forget(child) {
    const current = await this.#running?.catch(() => null);
    if (current?.child !== child) return;
    this.#running = null;
    this.#state = 'idle';
  }

  async #isStale() {
    if (Date.now() - this.#lookedAt < LOOK_FOR_CHANGES_EVERY) return false;
    this.#lookedAt = Date.now();
    const current = await this.#running?.catch(() => null);
    return current ? (await newestFile(this.folder)) > current.builtAt : false;
  }

  async #end() {
    const current = await this.#running?.catch(() => null);
    this.#running = null;
    this.#state = 'idle';
    if (!current || current.child.exitCode !== null || current.child.signalCode !== null) return;
    const gone = new Promise((resolve) => current.child.once('exit', resolve));
    current.child.kill('SIGTERM');
    const hard = setTimeout(() => current.child.kill('SIGKILL'), 2_000);
    await gone;
    clearTimeout(hard);
  }
}

/** @param {string} file */
function urlOf(file) {
  return JSON.stringify(pathToFileURL(file).href);
}

/** When a file of the function was last written, in milliseconds. @param {string} folder */
async function newestFile(folder) {
  const folders = [folder, path.join(folder, 'build'), path.join(folder, '../_shared')];
  let newest = 0;
  for (const one of folders) {
    for (const name of await readdir(one).catch(() => [])) {
      const { mtimeMs } = await stat(path.join(one, name)).catch(() => ({ mtimeMs: 0 }));
      newest = Math.max(newest, mtimeMs);
    }
  }
  return newest;
}

/** Even when this process is killed outright, its functions must not stay behind. @param {string} command @param {string[]} args @returns {[string, string[]]} */
export function diesWithParent(command, args) {
  return existsSync('/usr/bin/setpriv') ? ['/usr/bin/setpriv', ['--pdeathsig', 'KILL', '--', command, ...args]] : [command, args];
}
