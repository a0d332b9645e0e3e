// @ts-check
// A frontend of one's own: a stack that is started with --site, and pages from elsewhere on this machine that use it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { isBusy } from '../../scripts/stack/ports.mjs';
import { run } from '../../scripts/stack/run.mjs';
import { parseEnvironment } from '../../scripts/stack/state.mjs';
import { root } from '../end-to-end/platform/environment.mjs';
import { PASSWORD, newAddress } from '../end-to-end/platform/people.mjs';
import { eventually } from '../end-to-end/platform/waiting.mjs';
import { newVisitor } from './chromium.mjs';

const LIBRARY = path.join(root, 'node_modules/@supabase/supabase-js/dist/umd/supabase.js');
const person = { email: newAddress('own'), password: PASSWORD };

/** Any path is a page, as a development server has it. */
const frontend = http.createServer((_, outgoing) => outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Frontend</title>'));
/** @type {string} */
let directory;
/** @type {number} */
let port;
/** @type {Record<string, string>} */
let variables;
/** @type {Record<string, string>} */
let stack;

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'evenkeel-site-'));
  port = await listening(frontend);
  const base = await freeBase();
  const secrets = path.join(directory, 'functions.env');
  await writeFile(secrets, `RESEND_API_URL=http://127.0.0.1:${base + 3}\nSENTRY_DSN=\n`);
  variables = { STACK_DIR: path.join(directory, 'stack'), STACK_PORT_BASE: String(base), STACK_FUNCTIONS_ENV: secrets };
  const { code, output } = await command('start', '--detach', '--no-build', '--site', `http://localhost:${port}/`);
  assert.equal(code, 0, output);
  assert.ok(output.includes(`http://localhost:${port}`), output);
  stack = parseEnvironment(await readFile(path.join(variables.STACK_DIR, 'env'), 'utf8'));
});

after(async () => {
  frontend.close();
  frontend.closeAllConnections();
  await command('stop');
  await rm(directory, { recursive: true, force: true });
});

/** @param {'start' | 'stop'} name @param {string[]} args */
const command = (name, ...args) => run(path.join(root, 'scripts', name), args, { env: { ...process.env, ...variables } });

/** @param {http.Server} server @returns {Promise<number>} */
async function listening(server) {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}

async function freeBase() {
  for (let base = 27_000; ; base += 10) {
    if (!(await Promise.all([0, 1, 3].map((n) => isBusy(base + n)))).includes(true)) return base;
  }
}

/** The page's own client, as a frontend makes it. @param {import('playwright-core').Page} page @param {string} at */
async function open(page, at) {
  await page.goto(at);
  await page.addScriptTag({ path: LIBRARY });
  await page.evaluate(([url, key]) => {
    Object.assign(globalThis, { client: /** @type {any} */ (globalThis).supabase.createClient(url, key) });
  }, [stack.SUPABASE_URL, stack.SUPABASE_PUBLISHABLE_KEY]);
}

/** @param {import('playwright-core').Page} page @param {string} name @param {Record<string, unknown>} body */
function invoke(page, name, body) {
  return page.evaluate(async ([name, body]) => {
    const { data, error } = await /** @type {any} */ (globalThis).client.functions.invoke(name, { body });
    return { data, error: error && `${error.name}: ${error.context?.status ?? error.context}` };
  }, /** @type {const} */ ([name, body]));
}

test('somebody signs up in it, follows the link of the mail back to it, and signs in', async () => {
  const { page, context, complaints } = await newVisitor();
  await open(page, stack.SITE_URL);
  assert.equal((await invoke(page, 'auth-sign-up', { email: person.email })).error, null);
  // Late on a stack of which nothing has been asked yet: every function on the way starts first. Somebody of the demo may be
  // reminded of a session meanwhile.
  const link = await eventually('the link of the mail', async () => {
    const headers = { authorization: 'Bearer re_tests' };
    const { data } = await (await fetch(`${stack.INBOX_URL}/emails`, { headers })).json();
    const theirs = data.find((/** @type {{ to: string[] }} */ { to }) => to.includes(person.email));
    const mail = theirs && await (await fetch(`${stack.INBOX_URL}/emails/${theirs.id}`, { headers })).json();
    return mail && /http\S+\/complete-sign-up#token=[\w-]+/.exec(mail.text)?.[0];
  }, 90);
  assert.ok(link.startsWith(`http://localhost:${port}/complete-sign-up#token=`), link);
  await open(page, link);
  const token = new URL(page.url()).hash.slice('#token='.length);
  const { data: { terms } } = await invoke(page, 'auth-sign-up/preview', { token });
  assert.equal((await invoke(page, 'auth-sign-up/complete', { token, password: person.password, terms })).error, null);
  const user = await page.evaluate(async (person) => (await /** @type {any} */ (globalThis).client.auth.signInWithPassword(person)).data.user?.email, person);
  assert.equal(user, person.email);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('the first page says where links lead', async () => {
  const { parts } = await (await fetch(`${stack.SUPABASE_URL}/stack/status.json`)).json();
  assert.equal(parts.find((/** @type {{ name: string }} */ { name }) => name === 'Links in mails')?.detail, `to http://localhost:${port}`);
});

test('its other name may call, and so may the pages of the stack; no other page may', async () => {
  const stranger = http.createServer((_, outgoing) => outgoing.writeHead(200, { 'content-type': 'text/html' }).end());
  const other = await listening(stranger);
  const { page, context } = await newVisitor();
  for (const [at, expected] of [
    [`http://127.0.0.1:${port}`, 'FunctionsHttpError: 400'],
    [stack.SUPABASE_URL, 'FunctionsHttpError: 400'],
    [`http://localhost:${other}`, 'FunctionsFetchError: TypeError: Failed to fetch'],
  ]) {
    await context.route(`${stack.SUPABASE_URL}/`, (route) => route.fulfill({ contentType: 'text/html', body: '' }));
    await open(page, at);
    assert.equal((await invoke(page, 'auth-sign-up/preview', { token: 'wrong' })).error, expected, at);
  }
  stranger.close();
  stranger.closeAllConnections();
  await context.close();
});

test('a preflight is answered for its origin, and for no other', async () => {
  const ask = (/** @type {string} */ origin) => fetch(`${stack.SUPABASE_URL}/functions/v1/auth-sign-up`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'apikey,authorization,content-type,x-client-info' },
  });
  const allowed = async (/** @type {string} */ origin) => (await ask(origin)).headers.get('access-control-allow-origin');
  for (const origin of [`http://localhost:${port}`, `http://127.0.0.1:${port}`, `http://[::1]:${port}`]) assert.equal(await allowed(origin), origin);
  const others = [
    `https://localhost:${port}`, `http://localhost:${port}0`, 'http://localhost', `http://localhost.evil.example:${port}`, `http://evil.localhost:${port}`,
    'https://evil.example', 'null',
  ];
  for (const origin of others) assert.equal(await allowed(origin), null, origin);
  assert.equal((await ask('https://evil.example')).status, 403);
  // The frontend reads neither the inbox nor what the stack's own pages are for.
  for (const at of [`${stack.INBOX_URL}/emails`, `${stack.SUPABASE_URL}/stack/config.json`, `${stack.SUPABASE_URL}/docs/openapi.json`]) {
    assert.equal((await fetch(at, { headers: { origin: `http://localhost:${port}` } })).status, 403, at);
  }
});
