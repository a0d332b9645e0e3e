// @ts-check
// What of a request reaches a real service, shown by one that answers with what it was sent.
import assert from 'node:assert/strict';
import http from 'node:http';
import test, { after, before } from 'node:test';
import { createKeyring } from '../keys.mjs';
import { freePort } from '../ports.mjs';
import { readToken, signToken } from '../tokens.mjs';
import { createHandler } from './handler.mjs';
import { readRealServices } from './services.mjs';

const secrets = { passwords: /** @type {any} */ ({}), jwtSecret: 'a secret of this test', publishableKey: 'sb_publishable_p', secretKey: 'sb_secret_s' };
const keyring = createKeyring(secrets);
const person = signToken({ role: 'authenticated', sub: 'x', exp: Math.floor(Date.now() / 1000) + 60 }, secrets.jwtSecret);

let asked = 0;
const service = http.createServer(async (incoming, outgoing) => {
  asked += 1;
  let size = 0;
  for await (const chunk of incoming) size += chunk.length;
  outgoing.writeHead(200, { 'content-type': 'application/json', 'x-own': '1', connection: 'close' });
  outgoing.end(JSON.stringify({ method: incoming.method, url: incoming.url, headers: incoming.headers, size }));
});
/** @type {import('./handler.mjs').RealHandler[]} */
let handlers;
const gateway = http.createServer((incoming, outgoing) => {
  const handler = handlers.find((one) => one.serves(String(incoming.url).split('?')[0]));
  if (handler) handler.handle(incoming, outgoing);
  else outgoing.writeHead(404).end();
});
/** @type {string} */
let origin;

before(async () => {
  const listen = (/** @type {http.Server} */ server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(/** @type {any} */ (server.address()).port)));
  const address = `http://127.0.0.1:${await listen(service)}`;
  const nobody = `http://127.0.0.1:${await freePort()}`;
  handlers = readRealServices(0, { STACK_AUTH_URL: address, STACK_STORAGE_URL: address, STACK_REST_URL: nobody }).map((one) => createHandler(one, keyring));
  origin = `http://127.0.0.1:${await listen(gateway)}`;
});

after(() => {
  handlers.forEach((one) => one.close());
  for (const server of [gateway, service]) (server.close(), server.closeAllConnections());
});

/** @param {string} target @param {Record<string, string>} headers @param {RequestInit} [init] */
async function send(target, headers, init) {
  const response = await fetch(origin + target, { headers, ...init });
  return { status: response.status, headers: response.headers, body: await response.json().catch(() => null) };
}

/** The claims of the JWT that the service was shown. @param {Record<string, string>} headers */
async function shown(headers) {
  const { body } = await send('/storage/v1/object/a', headers);
  const [, token] = /^Bearer (.+)$/.exec(body.headers.authorization ?? '') ?? [];
  return token ? readToken(token, secrets.jwtSecret) : null;
}

test('a key becomes a JWT of its role, and a person\'s own JWT stays', async () => {
  assert.equal((await shown({ apikey: 'sb_publishable_p' }))?.role, 'anon');
  assert.equal((await shown({ apikey: 'sb_secret_s' }))?.role, 'service_role');
  assert.equal((await shown({ apikey: 'sb_publishable_p', authorization: 'Bearer sb_publishable_p' }))?.role, 'anon');
  assert.equal((await shown({ apikey: 'sb_publishable_p', authorization: `Bearer ${person}` }))?.sub, 'x');
});

test('a key in Authorization alone counts for nothing', async () => {
  assert.equal(await shown({ authorization: 'Bearer sb_secret_s' }), null);
  assert.equal(await shown({}), null);
});

test('a key in the address counts, and goes no further', async () => {
  const { body } = await send('/auth/v1/user?a=1&apikey=sb_publishable_p', {});
  assert.equal(body.url, '/user?a=1');
  assert.match(body.headers.authorization, /^Bearer /);
  const before = asked;
  for (const service of ['auth', 'storage']) assert.equal((await send(`/${service}/v1/object?apikey=sb_secret_x`, {})).status, 401);
  assert.equal(asked, before);
});

test('the signature of an S3 client stays', async () => {
  const authorization = 'AWS4-HMAC-SHA256 Credential=x';
  const { body } = await send('/storage/v1/s3/b', { authorization });
  assert.equal(body.headers.authorization, authorization);
});

test('a key that is unknown, or secret and in a browser, never reaches the service', async () => {
  const before = asked;
  /** @type {Record<string, string>[]} */
  const refused = [{ apikey: 'sb_secret_x' }, { apikey: person }, { apikey: 'sb_secret_s', 'user-agent': 'Mozilla/5.0 (X11)' }];
  for (const headers of refused) {
    for (const target of ['/storage/v1/object/a', '/auth/v1/user']) assert.equal((await send(target, headers)).status, 401, target);
  }
  assert.equal((await send('/auth/v1/user', {})).body.message, 'No API key found in request');
  assert.equal(asked, before);
});

test('links in mails and stored files need no key', async () => {
  for (const target of ['/auth/v1/verify?token=t', '/auth/v1/.well-known/jwks.json', '/storage/v1/object/public/b/a']) {
    assert.equal((await send(target, {})).status, 200, target);
  }
});

test('a service sees its own paths, who asked whom, and the whole body', async () => {
  const { body, headers } = await send('/storage/v1/object/b/a%20b?x=1&x=2', { apikey: 'sb_publishable_p', 'x-forwarded-for': '192.0.2.1' }, { method: 'POST', body: Buffer.alloc(3_000_000) });
  assert.deepEqual([body.method, body.url, body.size], ['POST', '/object/b/a%20b?x=1&x=2', 3_000_000]);
  assert.equal(body.headers['content-length'], '3000000');
  assert.equal(body.headers['x-forwarded-for'], '192.0.2.1, 127.0.0.1');
  assert.equal(body.headers['x-forwarded-host'], new URL(origin).host);
  assert.equal(body.headers['x-forwarded-prefix'], '/storage/v1');
  assert.equal(headers.get('access-control-allow-origin'), '*');
  assert.equal(headers.get('x-own'), '1');
  assert.equal((await send('/auth/v1', { apikey: 'sb_publishable_p' })).body.url, '/');
});

test('a preflight is answered before the service', async () => {
  const before = asked;
  const { status, headers } = await send('/storage/v1/object/a', { origin: 'http://localhost:5173', 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-upsert' }, { method: 'OPTIONS' });
  assert.deepEqual([status, headers.get('access-control-allow-headers'), asked], [204, 'x-upsert', before]);
});

test('a service that is down is a 502 that names it', async () => {
  const { status, body } = await send('/rest/v1/companies', { apikey: 'sb_publishable_p' });
  assert.equal(status, 502);
  assert.match(body.message, /^Data API did not answer at http:\/\/127\.0\.0\.1:\d+; see its log\.$/);
});

test('which services are real is said by one variable or two each', () => {
  assert.deepEqual(readRealServices(54321, {}), []);
  const [storage, ...others] = readRealServices(54321, { STACK_STORAGE_COMMAND: 'run' });
  assert.deepEqual([storage.name, storage.url.origin, storage.command, others.length], ['storage', 'http://127.0.0.1:54327', 'run', 0]);
  const [named] = readRealServices(54321, { STACK_STORAGE_URL: 'http://127.0.0.1:5000/', STACK_AUTH_URL: '' });
  assert.deepEqual([named.name, named.url.origin, named.command], ['storage', 'http://127.0.0.1:5000', null]);
  for (const wrong of ['127.0.0.1:5000', 'https://project.supabase.co', 'http://127.0.0.1:5000/storage/v1', 'http://a@127.0.0.1:1']) {
    assert.throws(() => readRealServices(54321, { STACK_STORAGE_URL: wrong }), { message: /^STACK_STORAGE_URL is ".*"; it must be the service's own address/ }, wrong);
  }
});
