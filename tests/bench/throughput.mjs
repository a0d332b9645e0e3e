// @ts-check
/**
 * Warm requests per second of each load, and the processor time of one, in interleaved rounds.
 * The time of the processor does not change when something else on the machine wants it too.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { measure, serve } from './processes.mjs';
import { LOADS, ROOT, SUBJECTS, THROUGHPUT } from './settings.mjs';

/**
 * @param {string} upstream @param {(text: string) => void} progress
 * @returns {Promise<Record<'perSecond' | 'cpuMicroseconds', Record<string, number[]>>>} by load and round
 */
export async function throughput(upstream, progress) {
  /** @type {Record<string, Awaited<ReturnType<typeof serve>>>} */
  const servers = {};
  for (const subject of Object.keys(SUBJECTS)) servers[subject] = await serve(subject, upstream);
  for (const load of Object.values(LOADS)) {
    await checkAnswer(servers[load.subject].url, load);
    await wrk(servers[load.subject].url, load, THROUGHPUT.warmUpSeconds);
  }
  /** @type {() => Record<string, number[]>} */
  const empty = () => Object.fromEntries(Object.keys(LOADS).map((name) => [name, []]));
  const results = { perSecond: empty(), cpuMicroseconds: empty() };
  for (let round = 1; round <= THROUGHPUT.rounds; round++) {
    progress(`warm throughput, round ${round} of ${THROUGHPUT.rounds}`);
    for (const [name, load] of Object.entries(LOADS)) {
      const server = servers[load.subject];
      const before = server.cpuSeconds();
      const { requests, seconds } = await wrk(server.url, load, THROUGHPUT.seconds);
      results.perSecond[name].push(requests / seconds);
      results.cpuMicroseconds[name].push(((server.cpuSeconds() - before) / requests) * 1e6);
    }
  }
  return results;
}

/** All give the same answer, or the comparison means nothing. */
async function checkAnswer(
  /** @type {string} */ url,
  /** @type {{token: string, status: number}} */ { token, status },
) {
  const response = await fetch(`${url}/auth-email-verify/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  const body = await response.json();
  assert.equal(response.status, status, JSON.stringify(body));
  if (status === 200) assert.deepEqual(body, { status: 'verified' });
  else assert.equal(body.code, 'token_expired');
  assert.equal(response.headers.get('cache-control'), 'no-store');
}

async function wrk(
  /** @type {string} */ url,
  /** @type {{token: string, status: number}} */ { token, status },
  /** @type {number} */ seconds,
) {
  const script = join(ROOT, 'tests/bench/load.lua');
  const connections = String(THROUGHPUT.connections);
  const command = ['wrk', '-t1', '-c', connections, '-d', `${seconds}s`, '-s', script, `${url}/auth-email-verify/`];
  const output = await measure(command, { BENCH_TOKEN: token });
  const result = JSON.parse(output.trim().split('\n').at(-1) ?? '');
  assert.equal(result.broken, 0, output);
  assert.equal(result.refused, status >= 400 ? result.requests : 0, output);
  return { requests: result.requests, seconds: result.microseconds / 1e6 };
}
