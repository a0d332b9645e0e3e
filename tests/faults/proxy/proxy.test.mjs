// @ts-check
// The proxy itself, in front of a server that counts what reaches it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, afterEach, before, test } from 'node:test';
import { DataApiProxy } from './proxy.mjs';

/** @type {string[]} */
let reached = [];
const upstream = createServer((request, response) => {
  reached.push(request.url ?? '');
  response.end(JSON.stringify({ turn: reached.length }));
});
/** @type {DataApiProxy} */
let proxy;

before(async () => {
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (upstream.address());
  proxy = await new DataApiProxy(`http://127.0.0.1:${port}`).listen();
});
afterEach(() => {
  proxy.clear();
  reached = [];
});
after(async () => {
  await proxy.close();
  upstream.closeAllConnections();
  upstream.close();
});

/** @param {string} name @param {AbortSignal} [signal] */
const call = (name, signal) => fetch(`${proxy.url}/rest/v1/rpc/${name}`, { method: 'POST', body: '{}', signal });

test('passes calls on and lists them', async () => {
  assert.deepEqual(await (await call('claim')).json(), { turn: 1 });
  assert.deepEqual(proxy.calls, [{ rpc: 'claim', status: 200 }]);
});

test('holds a call before it is passed on; a caller that dies there never reached the database', async () => {
  const hold = proxy.holdAt('claim', 'before');
  const caller = new AbortController();
  const answer = call('claim', caller.signal);
  await hold.reached;
  assert.equal(reached.length, 0);
  caller.abort();
  await assert.rejects(answer);
  await hold.left;
  hold.release();
  await call('settle');
  assert.deepEqual(reached, ['/rest/v1/rpc/settle']);
});

test('holds a call after it was executed, and lets it go on', async () => {
  const hold = proxy.holdAt('settle', 'after');
  const answer = call('settle');
  await hold.reached;
  assert.equal(reached.length, 1);
  hold.release();
  assert.equal((await answer).status, 200);
});

test('skips, breaks, duplicates, delays and answers', async () => {
  proxy.on({ rpc: 'claim', when: 'after', action: 'break', skip: 1 });
  assert.equal((await call('claim')).status, 200);
  await assert.rejects(call('claim'));
  assert.equal(reached.length, 2);
  proxy.on({ rpc: 'claim', when: 'before', action: 'duplicate' });
  await call('claim');
  assert.equal(reached.length, 4);
  proxy.on({ rpc: 'claim', when: 'before', action: 'answer', status: 503 });
  assert.equal((await call('claim')).status, 503);
  assert.equal(reached.length, 4);
  proxy.on({ rpc: 'claim', when: 'before', action: 'delay', milliseconds: 80 });
  const start = Date.now();
  await call('claim');
  assert.ok(Date.now() - start >= 75);
});
