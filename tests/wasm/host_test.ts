/** The rules of supabase/functions/_shared/host.ts, on bindings that are played. */
import assert from 'node:assert/strict';
import { type Bindings, serve } from '../../supabase/functions/_shared/host.ts';

const REQUEST_ID = '6f1c3d1e-0d0b-4d55-9a5e-2f6b7f1f0a11';

/** What a request becomes in a module that is played: a message, now or later, or never. */
type Handle = () => Promise<string>;

/** Bindings whose `handle` is given, and that record what the host asked of them. */
function played(handle: Handle) {
  const seen = { initialised: 0, resets: 0, reports: [] as string[], resumed: [] as [number, number, string][] };
  const bindings: Bindings = {
    initSync: () => void seen.initialised++,
    handle: (call) => void handle().then((message) => globalThis.__edge.answer(call, message)),
    resume: (effect, status, text) => void seen.resumed.push([effect, status, text]),
    report_panic: (location) => void seen.reports.push(location),
    __wbg_reset_state: () => void seen.resets++,
  };
  return { seen, bindings };
}

function request(headers: Record<string, string> = {}) {
  return new Request('http://localhost/', { headers: { 'x-request-id': REQUEST_ID, ...headers } });
}

/** The timer of the deadlines outlives the requests it watched. */
function rule(name: string, fn: () => Promise<void>) {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

const never = () => new Promise<string>(() => {});

/** What a module hands back for `fine`. */
const FINE = '200\ncontent-type:text/plain\n\nfine';

/** What the panic hook of a module does in the middle of a request. */
function panicking(location: string): Promise<string> {
  globalThis.__edge.panic(location);
  return never();
}

rule('the module is instantiated once, at import', async () => {
  const { seen, bindings } = played(() => Promise.resolve(FINE));
  const { fetch } = serve(bindings, new Uint8Array());
  await fetch(request());
  await fetch(request());
  assert.equal(seen.initialised, 1);
});

rule('a panic answers every request in flight and leaves a clean instance', async () => {
  let handle = never;
  const { seen, bindings } = played(() => handle());
  const { fetch } = serve(bindings, new Uint8Array());
  const waiting = fetch(request());
  handle = () => panicking('src/lib.rs:1:2');
  const [first, second] = await Promise.all([waiting, fetch(request())]);
  assert.deepEqual([first.status, second.status], [500, 500]);
  assert.equal(seen.resets, 1);
  assert.deepEqual(seen.reports, ['src/lib.rs:1:2']);

  handle = () => Promise.resolve(FINE);
  assert.equal(await (await fetch(request())).text(), 'fine');
});

rule('a panic that is noticed twice is handled once', async () => {
  const { seen, bindings } = played(() => {
    globalThis.__edge.panic('a');
    throw new WebAssembly.RuntimeError('unreachable');
  });
  const { fetch } = serve(bindings, new Uint8Array());
  assert.equal((await fetch(request())).status, 500);
  assert.equal(seen.resets, 1);
});

rule('a trap without a panic hook is a panic too', async () => {
  const { seen, bindings } = played(() => {
    throw new WebAssembly.RuntimeError('memory access out of bounds');
  });
  const { fetch } = serve(bindings, new Uint8Array());
  assert.equal((await fetch(request())).status, 500);
  assert.equal(seen.resets, 1);
});

rule('a trap while an effect is resumed is a panic too', async () => {
  const { seen, bindings } = played(() => {
    globalThis.__edge.sleep(7, 1);
    return never();
  });
  bindings.resume = () => {
    throw new WebAssembly.RuntimeError('unreachable');
  };
  const { fetch } = serve(bindings, new Uint8Array());
  assert.equal((await fetch(request())).status, 500);
  assert.equal(seen.resets, 1);
});

rule('an effect that fails is resumed with status 0 and the reason', async () => {
  const { seen, bindings } = played(() => {
    globalThis.__edge.fetch(9, 'GET http://127.0.0.1:1/\n', undefined, 1_000, '', 10);
    return never();
  });
  const { fetch } = serve(bindings, new Uint8Array(), { deadlineMs: 200 });
  await fetch(request());
  assert.deepEqual(seen.resumed, [[9, 0, 'TypeError']]);
});

rule('what a lost instance asked for is not resumed in the next one', async () => {
  const { seen, bindings } = played(() => {
    globalThis.__edge.sleep(7, 20);
    return panicking('src/lib.rs:1');
  });
  const { fetch } = serve(bindings, new Uint8Array());
  await fetch(request());
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.deepEqual(seen.resumed, []);
});

rule('an answer that nobody waits for any more is dropped', () => {
  serve(played(never).bindings, new Uint8Array());
  globalThis.__edge.answer(12_345, FINE);
  return Promise.resolve();
});

rule('the tables of Unicode are the runtime\'s', () => {
  serve(played(never).bindings, new Uint8Array());
  assert.equal(globalThis.__edge.nfc('cafe\u0301'), 'caf\u00e9');
  assert.equal(globalThis.__edge.lowerCase('\u00c9VENKEEL'), '\u00e9venkeel');
  return Promise.resolve();
});

rule('a panic while reporting a panic does not report for ever', async () => {
  const { seen, bindings } = played(() => panicking('request'));
  bindings.report_panic = (location) => {
    seen.reports.push(location);
    globalThis.__edge.panic('report');
  };
  const { fetch } = serve(bindings, new Uint8Array());
  await fetch(request());
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(seen.reports, ['request']);
});

rule('background work holds the worker by waitUntil until it ends, or its instance does', async () => {
  const kept: Promise<unknown>[] = [];
  globalThis.EdgeRuntime = { waitUntil: (promise) => void kept.push(promise) };
  try {
    serve(played(never).bindings, new Uint8Array());
    globalThis.__edge.background(1);
    globalThis.__edge.background(1);
    assert.equal(kept.length, 1);
    globalThis.__edge.background(-1);
    globalThis.__edge.background(-1);
    await kept[0];
    globalThis.__edge.background(1);
    assert.equal(kept.length, 2);
    globalThis.__edge.panic('lost');
    await kept[1];
  } finally {
    globalThis.EdgeRuntime = undefined;
  }
});

rule('a request past its deadline is answered 504, and its late answer is dropped', async () => {
  let settle = (_: string) => {};
  const { seen, bindings } = played(() => new Promise((resolve) => (settle = resolve)));
  const { fetch } = serve(bindings, new Uint8Array(), { deadlineMs: 10 });
  const response = await fetch(request());
  settle(FINE);
  assert.equal(response.status, 504);
  assert.equal((await response.json()).code, 'upstream_timeout');
  assert.equal(seen.resets, 0);
});

rule('each request has its own deadline', async () => {
  const { bindings } = played(never);
  const { fetch } = serve(bindings, new Uint8Array(), { deadlineMs: 60 });
  const started = performance.now();
  const first = fetch(request());
  await new Promise((resolve) => setTimeout(resolve, 30));
  const second = fetch(request());
  assert.equal((await first).status, 504);
  const afterFirst = performance.now() - started;
  assert.equal((await second).status, 504);
  const afterSecond = performance.now() - started;
  assert.ok(afterFirst >= 59 && afterSecond >= 88, `${afterFirst} ms, ${afterSecond} ms`);
});

rule('answers of the host keep the contract of every answer', async () => {
  const { bindings } = played(() => panicking('src/secret.rs'));
  Deno.env.set('ALLOWED_ORIGINS', 'https://other.example, https://app.example/');
  const { fetch } = serve(bindings, new Uint8Array());
  const response = await fetch(request({ origin: 'https://app.example' }));
  const headers = Object.fromEntries(response.headers);
  assert.deepEqual(headers, {
    'access-control-allow-origin': 'https://app.example',
    'access-control-expose-headers': 'x-request-id, retry-after, etag',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    'content-type': 'application/problem+json',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'vary': 'Origin',
    'x-content-type-options': 'nosniff',
    'x-request-id': REQUEST_ID,
  });
  assert.deepEqual(await response.json(), {
    type: 'https://evenkeel.dev/problems/internal',
    title: 'Something went wrong on our side',
    status: 500,
    code: 'internal',
    detail: 'The error has been recorded. Please try again later.',
    request_id: REQUEST_ID,
  });
});

rule('an origin that is not allowed gets no CORS header, a strange request id a new one', async () => {
  const { bindings } = played(() => panicking('x'));
  Deno.env.set('ALLOWED_ORIGINS', 'https://app.example');
  const { fetch } = serve(bindings, new Uint8Array());
  const { headers } = await fetch(request({ origin: 'https://evil.example', 'x-request-id': '<script>' }));
  assert.equal(headers.get('access-control-allow-origin'), null);
  assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
});
