// @ts-check
// What the gateway says in place of Data API, Auth and Storage, and what becomes of requests to them.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { createForwarderToServices } from './services-socket.mjs';

/** @param {http.Server} server @param {number | string} place */
const listen = (server, place) => new Promise((resolve) => server.listen(place, () => resolve(/** @type {any} */ (server.address()).port)));

/**
 * A gateway before services that answer so; before none, where there is no listener.
 * @param {import('node:test').TestContext} t @param {{ answer?: http.RequestListener, deadline?: number }} options
 */
async function gatewayBefore(t, { answer, deadline }) {
  const directory = await mkdtemp(path.join(tmpdir(), 'evenkeel-socket-'));
  const socketPath = path.join(directory, 'services.sock');
  const services = http.createServer(answer);
  if (answer) await listen(services, socketPath);
  const forwarder = createForwarderToServices({ socketPath, deadline });
  const gateway = http.createServer(forwarder.handle);
  const port = await listen(gateway, 0);
  t.after(async () => {
    forwarder.close();
    for (const one of [gateway, services]) (one.close(), one.closeAllConnections());
    await rm(directory, { recursive: true });
  });
  return { forwarder, origin: `http://127.0.0.1:${port}` };
}

/** By path and version: in whose words. @type {[string, Record<string, string>, Record<string, unknown>][]} */
const WORDS = [
  ['/rest/v1/notes', {}, { code: 'PGRST001', message: 'Database client error. Retrying the connection.', details: 'no connection to the server', hint: null }],
  ['/auth/v1/token', {}, { code: 503, error_code: 'unexpected_failure', msg: 'The database is not available at the moment' }],
  ['/auth/v1/token', { 'x-supabase-api-version': '2024-01-01' }, { code: 'unexpected_failure', message: 'The database is not available at the moment' }],
  ['/storage/v1/bucket', {}, { statusCode: '503', error: 'DatabaseError', message: 'The database is not available at the moment' }],
];
/** @type {Record<string, http.RequestListener | undefined>} */
const ABSENCES = {
  'are not there': undefined,
  'end before they answer': (incoming) => void incoming.socket.destroy(),
};
for (const [how, answer] of Object.entries(ABSENCES)) {
  test(`services that ${how} are told as such, each in its own words, with a time to try again`, async (t) => {
    const { origin } = await gatewayBefore(t, { answer });
    for (const [target, headers, body] of WORDS) {
      const response = await fetch(origin + target, { headers });
      assert.deepEqual([response.status, response.headers.get('retry-after'), response.headers.get('access-control-allow-origin')], [503, '1', '*'], target);
      assert.deepEqual(await response.json(), body);
    }
  });
}

test('after the deadline the caller is told, and the services are told that nobody waits', async (t) => {
  /** @type {Promise<unknown>} */
  let left = Promise.resolve();
  const { origin } = await gatewayBefore(t, { deadline: 200, answer: (_, outgoing) => void (left = new Promise((resolve) => outgoing.on('close', resolve))) });
  const response = await fetch(`${origin}/rest/v1/notes`);
  assert.deepEqual([response.status, await response.json()], [504, { message: 'The upstream server is timing out' }]);
  await left;
});

test('when a caller is gone, so is its request', async (t) => {
  const gone = new AbortController();
  const left = new Promise((resolve) => {
    void gatewayBefore(t, { answer: (_, outgoing) => (outgoing.on('close', resolve), gone.abort()) })
      .then(({ origin }) => fetch(`${origin}/rest/v1/notes`, { signal: gone.signal }))
      .catch(() => {});
  });
  await left;
});

test('services see whose request it is', async (t) => {
  const { origin } = await gatewayBefore(t, { answer: (incoming, outgoing) => void outgoing.end(JSON.stringify([incoming.url, incoming.headers['x-forwarded-for']])) });
  const seen = async (/** @type {Record<string, string>} */ headers) => (await fetch(`${origin}/auth/v1/user?a=1`, { headers })).json();
  const [, own] = await seen({});
  assert.match(own, /127\.0\.0\.1$/);
  assert.deepEqual(await seen({ 'x-forwarded-for': '192.0.2.1' }), ['/auth/v1/user?a=1', `192.0.2.1, ${own}`]);
});

test('a report that fails is told in a word', async (t) => {
  assert.deepEqual(await (await gatewayBefore(t, { answer: (_, outgoing) => void outgoing.end('{"version":"17","jobs":[]}') })).forwarder.report(), { version: '17', jobs: [] });
  await assert.rejects((await gatewayBefore(t, {})).forwarder.report(), { message: 'does not answer' });
  await assert.rejects((await gatewayBefore(t, { answer: (_, outgoing) => void outgoing.writeHead(500).end('{"message":"failed"}') })).forwarder.report(), { message: 'answers 500' });
  const cut = (/** @type {unknown} */ _, /** @type {http.ServerResponse} */ outgoing) => void outgoing.write('{"ver', () => outgoing.destroy());
  await assert.rejects((await gatewayBefore(t, { answer: cut })).forwarder.report(), { message: 'does not answer' });
});
