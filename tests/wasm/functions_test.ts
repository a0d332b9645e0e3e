/** What every function owes, whatever it does: each is served from its module graph alone. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { entry, isolate, ROOT, run, type Running, until, withOptions } from './isolated.ts';
import { environmentFor, EXAMPLES, requestTo } from './requests.ts';
import { startUpstream, type Upstream } from './upstream.ts';

interface Subject {
  name: string;
  folder: string;
  function: Running;
  upstream: Upstream;
  environment: Record<string, string>;
}

const names = [...Deno.readDirSync(join(ROOT, 'functions'))]
  .filter((item) => item.isDirectory)
  .map((item) => item.name)
  .sort();

for (const name of names) {
  Deno.test(name, async (test) => {
    assert.ok(EXAMPLES[name], `tests/wasm/requests.ts has no request for ${name}`);
    const subject = await start(name);
    try {
      for (const [rule, check] of Object.entries(rules)) {
        await test.step(rule, () => check(subject));
      }
    } finally {
      await subject.function.stop();
      await subject.upstream.stop();
      await Deno.remove(subject.folder, { recursive: true });
    }
  });
}

const rules: Record<string, (subject: Subject) => Promise<void>> = {
  'broken JSON, or a name that is none, is refused': assertRefused,

  'a panic answers 500 without its message, and the next request is clean': async (subject) => {
    const response = await send(subject, { fault: 'panic' });
    await assertProblem(response, 500, 'internal');
    await assertClean(subject);
  },

  'requests in flight at a panic answer 500 too': async (subject) => {
    const { upstream } = subject;
    const before = upstream.calls();
    upstream.hold();
    const waiting = [send(subject, {}), send(subject, {})];
    await until(() => upstream.calls() >= before + waiting.length);
    await assertProblem(await send(subject, { fault: 'panic' }), 500, 'internal');
    for (const response of await Promise.all(waiting)) await assertProblem(response, 500, 'internal');
    // The callbacks of the lost instance now fire; nothing may come of it.
    upstream.release();
    await assertClean(subject);
  },

  'thirty panics in a row leave a clean instance': async (subject) => {
    const responses = await Promise.all(Array.from({ length: 30 }, () => send(subject, { fault: 'panic' })));
    for (const response of responses) await assertProblem(response, 500, 'internal');
    await assertClean(subject);
  },

  'a panic is logged as one line of JSON with its place': async (subject) => {
    const line = subject.function.output().split('\n').find((text) => text.includes('"event":"panic"'));
    assert.ok(line, 'no line was logged');
    const entry = JSON.parse(line);
    assert.equal(entry.level, 'error');
    assert.match(entry.location, /\.rs:\d+/);
    assert.equal(entry.request_ids.length, 1);
    await Promise.resolve();
  },

  'a deadline answers 504 while the upstream is silent': async ({ name, folder, upstream, environment }) => {
    const running = await run(await withOptions(folder, name, '{ deadlineMs: 200 }'), environment);
    try {
      upstream.hold();
      await assertProblem(await post(running.url, name, upstream, {}), 504, 'upstream_timeout');
      upstream.release();
      assert.ok(running.alive());
    } finally {
      await running.stop();
    }
  },
};

async function start(name: string): Promise<Subject> {
  const upstream = startUpstream();
  const folder = await isolate(name);
  const environment = environmentFor(upstream.url);
  return { name, folder, upstream, environment, function: await run(entry(folder, name), environment) };
}

interface Variation {
  body?: string;
  fault?: string;
}

function send(subject: Subject, variation: Variation): Promise<Response> {
  return post(subject.function.url, subject.name, subject.upstream, variation);
}

function post(url: string, name: string, upstream: Upstream, { body, fault }: Variation): Promise<Response> {
  const { path, headers, ...request } = requestTo(name, upstream.url, body);
  const all = { ...headers, ...(fault && { 'x-edge-fault': fault }) };
  return fetch(`${url}/${name}${path}`, { ...request, headers: all });
}

async function assertProblem(response: Response, status: number, code: string) {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  assert.match(response.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(JSON.parse(text).code, code);
  assert.ok(!/panick|unreachable|\.rs/i.test(text), `the body says why: ${text}`);
}

async function assertRefused(subject: Subject) {
  const { refused } = EXAMPLES[subject.name];
  const response = refused
    ? await fetch(`${subject.function.url}/${subject.name}${refused.path}`)
    : await send(subject, { body: '{"' });
  await assertProblem(response, refused?.status ?? 400, refused?.code ?? 'invalid_request');
}

/** The instance works: it refuses what it should, and a good request reaches the upstream. */
async function assertClean(subject: Subject) {
  const before = subject.upstream.calls();
  await assertRefused(subject);
  const response = await send(subject, {});
  await response.body?.cancel();
  assert.ok(subject.upstream.calls() > before, 'no upstream call was made');
  assert.ok(subject.function.alive(), subject.function.output());
}
