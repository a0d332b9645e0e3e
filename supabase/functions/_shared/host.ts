/**
 * Runs a wasm module as an edge function and survives its panics.
 *
 * A panic aborts the module: what it was doing never settles, and its memory can no longer be
 * trusted. So each request races the module's failure; on failure every request in flight answers
 * 500, and a fresh instance takes over before the next request is heard.
 */

/** What wasm-bindgen generates for a function crate. */
export interface Bindings {
  initSync(input: { module: Uint8Array }): unknown;
  handle(request: Request): Promise<Response>;
  report_panic(location: string): Promise<void>;
  __wbg_reset_state(): void;
}

export interface Options {
  /** Milliseconds until a request that has no answer yet is answered 504. */
  deadlineMs?: number;
}

interface Call {
  request: Request;
  /** When it is too late for an answer, in the time of `performance.now()`. */
  due: number;
  answer(response: Response): void;
}

interface Problem {
  status: number;
  title: string;
  code: string;
  detail: string;
}

declare global {
  /** Called by the module's panic hook, just before it aborts. */
  // deno-lint-ignore no-var -- only `var` declares a property of globalThis
  var __edge_panic: ((location: string) => void) | undefined;
  // deno-lint-ignore no-var
  var EdgeRuntime: { waitUntil(promise: Promise<unknown>): void } | undefined;
}

const PANIC: Problem = {
  status: 500,
  title: 'Internal error',
  code: 'internal',
  detail: 'The request could not be completed.',
};
const DEADLINE: Problem = {
  status: 504,
  title: 'Upstream timeout',
  code: 'upstream_timeout',
  detail: 'The request took too long.',
};

/** The platform ends a request after 150 s; an answer of ours must come first. */
const DEFAULT_DEADLINE_MS = 30_000;
/** A panic while reporting a panic must not report itself for ever. */
const REPORT_INTERVAL_MS = 1_000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Instantiates the module and answers what `export default` of an edge function needs. */
export function serve(bindings: Bindings, bytes: Uint8Array, options: Options = {}) {
  const deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
  /** In the order of arrival, and so of their deadlines. */
  const inFlight = new Set<Call>();
  let failed = false;
  let watching = false;
  let lastReport = -Infinity;

  function fail(location: string) {
    if (failed) return;
    failed = true;
    // Not at once: the aborting instance is still on the stack, and its glue must not find another.
    queueMicrotask(() => recover(location));
  }

  function recover(location: string) {
    const lost = [...inFlight];
    inFlight.clear();
    bindings.__wbg_reset_state();
    failed = false;
    const request_ids = lost.map(({ request, answer }) => {
      const requestId = requestIdOf(request);
      answer(problem(PANIC, request, requestId));
      return requestId;
    });
    console.error(JSON.stringify({ level: 'error', event: 'panic', location, request_ids }));
    report(location);
  }

  function report(location: string) {
    const now = performance.now();
    if (now - lastReport < REPORT_INTERVAL_MS) return;
    lastReport = now;
    inBackground(bindings.report_panic(location));
  }

  function answer(request: Request): Promise<Response> {
    return new Promise((resolve) => {
      const call: Call = {
        request,
        due: performance.now() + deadlineMs,
        answer(response) {
          inFlight.delete(call);
          resolve(response);
        },
      };
      const onError = (error: unknown) => {
        if (isTrap(error)) fail(String(error));
        else call.answer(problem(PANIC, request));
      };
      inFlight.add(call);
      if (!watching) watch(deadlineMs);
      try {
        bindings.handle(request).then(call.answer, onError);
      } catch (error) {
        onError(error);
      }
    });
  }

  /** One timer for all requests: setting and clearing one for each took 7 us and more of each request. */
  function watch(milliseconds: number) {
    watching = true;
    setTimeout(() => {
      watching = false;
      for (const call of inFlight) {
        const left = call.due - performance.now();
        if (left > 0) return watch(left);
        call.answer(problem(DEADLINE, call.request));
      }
    }, milliseconds);
  }

  catchTraps(fail);
  bindings.initSync({ module: bytes });
  return { fetch: answer };
}

/** A module polls its futures in microtasks, so most of its traps surface as uncaught errors. */
function catchTraps(fail: (location: string) => void) {
  globalThis.__edge_panic = fail;
  const caught = (event: Event, error: unknown) => {
    if (isTrap(error)) fail(String(error));
    else if (!isStale(error)) return;
    event.preventDefault();
  };
  addEventListener('error', (event) => caught(event, event.error));
  addEventListener('unhandledrejection', (event) => caught(event, event.reason));
}

/** `unreachable`, an access out of bounds, or a stack overflow in wasm. */
function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError ||
    (error instanceof RangeError && error.message.includes('call stack'));
}

/** A callback of an instance that is gone: wasm-bindgen refuses it, and nobody waits for it. */
function isStale(error: unknown): boolean {
  return error instanceof Error &&
    error.message === 'Cannot invoke closure from previous WASM instance';
}

function inBackground(promise: Promise<unknown>) {
  const settled = promise.catch((error) => {
    console.error(JSON.stringify({ level: 'error', event: 'background', error: String(error) }));
  });
  globalThis.EdgeRuntime?.waitUntil(settled);
}

function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id');
  return given !== null && UUID.test(given) ? given : crypto.randomUUID();
}

function problem(kind: Problem, request: Request, requestId = requestIdOf(request)): Response {
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
    'vary': 'Origin',
  });
  const origin = request.headers.get('origin');
  if (origin !== null && allowedOrigins().includes(origin)) {
    headers.set('access-control-allow-origin', origin);
    headers.set('access-control-expose-headers', 'x-request-id, retry-after');
  }
  const body = { type: 'about:blank', ...kind, request_id: requestId };
  return new Response(JSON.stringify(body), { status: kind.status, headers });
}

function allowedOrigins(): string[] {
  return (Deno.env.get('ALLOWED_ORIGINS') ?? '').split(',').map((origin) => origin.trim().replace(/\/+$/, ''));
}
