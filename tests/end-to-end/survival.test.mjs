// @ts-check
// The stack outlives each of its parts: one that is killed under traffic comes back by itself, and until then whoever
// asks is told so at once. The supervisor is never touched.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { describe, test } from 'node:test';
import { environment, stackDirectory } from './platform/environment.mjs';
import { callFunction } from './platform/functions.mjs';
import { once, postmaster, processesLike, supervisor } from './platform/processes.mjs';
import { under } from './platform/traffic.mjs';
import { eventually } from './platform/waiting.mjs';

/** On a busy machine PostgreSQL alone takes some five to recover. */
const SECONDS = 40;

const kill = (/** @type {number[]} */ pids) => {
  assert.ok(pids.length > 0, 'there is none');
  for (const pid of pids) {
    // 0 and 1 are not processes but many.
    assert.ok(pid > 1);
    process.kill(pid, 'SIGKILL');
  }
};
const part = (/** @type {string} */ name) => processesLike(new RegExp(`/parts/${name}\\.mjs`));

/**
 * By what is killed: whose callers may be cut off, since nobody is left to answer them.
 * @type {[string, () => Promise<unknown> | void, string[]][]}
 */
const KILLS = [
  ['PostgreSQL', async () => kill([await postmaster()]), []],
  ['one process of PostgreSQL', async () => kill([await once(async (sql) => (await sql`select pid from pg_stat_activity where usename = 'authenticator' limit 1`)[0].pid)]), []],
  ['the process of Data API, Auth and Storage', () => kill(part('services')), []],
  ["pg_net's worker", () => kill(part('net-worker')), []],
  ['a function', () => kill(processesLike(/deno serve .*booking-reminders-dispatch/)), []],
  ['the inbox', () => kill(part('inbox')), ['inbox']],
  ['the gateway, and with it every function', () => kill(part('gateway')), ['Data API', 'Auth', 'Storage', 'pages', 'function']],
];

describe('killed under traffic', { skip: environment.realServiceUrls.length > 0 && 'real services have words of their own' }, () => {
  for (const [name, disturb, cutOff] of KILLS) {
    test(name, async (t) => {
      const before = supervisor();
      const { answers, seconds } = await under(disturb, SECONDS);
      t.diagnostic(`back after ${seconds.toFixed(1)} s; ${answers.filter(({ status }) => status >= 500 || status === 0).length} of ${answers.length} refused`);
      assert.equal(supervisor(), before);
      process.kill(before, 0);
      for (const answer of answers) {
        const { target, status, code, retryAfter } = answer;
        const told = JSON.stringify(answer);
        if (status === 0) assert.ok(cutOff.includes(target), told);
        else if (status >= 500 && target === 'function') assert.notEqual(code, 'internal', told);
        else if (status >= 500) assert.deepEqual([status, Number(retryAfter) > 0], [503, true], told);
        assert.ok(answer.milliseconds < 30_000, told);
      }
    });
  }
});

test('one that is stopped, and answers nobody, is ended and comes back', async (t) => {
  const [pid] = part('services');
  const { seconds } = await under(() => process.kill(pid, 'SIGSTOP'), 60);
  t.diagnostic(`back after ${seconds.toFixed(1)} s`);
  assert.deepEqual(part('services').includes(pid), false);
});

test("what was queued while pg_net's worker was gone is sent when it is back", async (t) => {
  let received = 0;
  const receiver = http.createServer((_, outgoing) => ((received += 1), outgoing.end()));
  t.after(() => (receiver.close(), receiver.closeAllConnections()));
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (receiver.address());
  kill(part('net-worker'));
  await once((sql) => sql`select net.http_get(${`http://127.0.0.1:${port}/`})`);
  await eventually('the call', () => received === 1, SECONDS);
});

test("a function's lines are in its own log, and in no other", async () => {
  const id = randomUUID();
  await callFunction('booking-reminders-dispatch', { headers: { 'x-request-id': id }, body: {} });
  const log = (/** @type {string} */ name) => readFileSync(path.join(stackDirectory, 'logs', `${name}.log`), 'utf8');
  await eventually('its line', () => log('booking-reminders-dispatch').includes(id));
  assert.ok(!log('stack').includes(id));
});
