/**
 * Runs a wasm module as an edge function and survives its panics.
 *
 * A panic aborts the module: what it was doing never settles, and its memory can no longer be
 * trusted. So each request races the module's failure; on failure every request in flight answers
 * 500, and a fresh instance takes over before the next request is heard.
 */

import { headerLines, pathOf, problem, readBody, requestIdOf, respond } from './http.ts';
import { fetchUpstream } from './upstream.ts';

/** What wasm-bindgen generates for a function crate. */
export interface Bindings {
  initSync(input: { module: Uint8Array }): unknown;
  handle(
    method: string,
    path: string,
    requestId: string,
    headers: string,
    body?: Uint8Array,
  ): Promise<string>;
  report_panic(location: string): Promise<void>;
  __wbg_reset_state(): void;
}

export interface Options {
  /** Milliseconds until a request that has no answer yet is answered 504. */
  deadlineMs?: number;
}

interface Call {
  requestId: string;
  /** When it is too late for an answer, in the time of `performance.now()`. */
  due: number;
  /** Takes the message of the answer. */
  answer(message: string): void;
}

/** What a module imports. */
interface Edge {
  /** Told by the panic hook, just before the module aborts. */
  panic(location: string): void;
  /** Keeps the worker alive until the promise settles. */
  background(promise: Promise<unknown>): void;
  fetch: typeof fetchUpstream;
}

declare global {
  // deno-lint-ignore no-var -- only `var` declares a property of globalThis
  var __edge: Edge;
  // deno-lint-ignore no-var
  var EdgeRuntime: { waitUntil(promise: Promise<unknown>): void } | undefined;
}

/** The platform ends a request after 150 s; an answer of ours must come first. */
const DEFAULT_DEADLINE_MS = 30_000;
/** A panic while reporting a panic must not report itself for ever. */
const REPORT_INTERVAL_MS = 1_000;

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
    const request_ids = lost.map(({ requestId }) => requestId);
    console.error(JSON.stringify({ level: 'error', event: 'panic', location, request_ids }));
    for (const call of lost) call.answer(panicked(call.requestId));
    report(location);
  }

  function report(location: string) {
    const now = performance.now();
    if (now - lastReport < REPORT_INTERVAL_MS) return;
    lastReport = now;
    inBackground(bindings.report_panic(location));
  }

  async function answer(request: Request): Promise<Response> {
    const requestId = requestIdOf(request);
    return respond(await ask(request, requestId), request, requestId);
  }

  /** Races the module's answer against its failure and the deadline. */
  function ask(request: Request, requestId: string): Promise<string> {
    return new Promise((resolve) => {
      const call: Call = {
        requestId,
        due: performance.now() + deadlineMs,
        answer(message) {
          inFlight.delete(call);
          resolve(message);
        },
      };
      inFlight.add(call);
      if (!watching) watch(deadlineMs);
      handle(request, requestId).then(call.answer, (error) => {
        // The trap of a panic that is known already: the instance behind it has been replaced.
        if (!inFlight.has(call)) return;
        if (isTrap(error)) fail(String(error));
        else call.answer(panicked(requestId));
      });
    });
  }

  async function handle(request: Request, requestId: string): Promise<string> {
    const body = await readBody(request);
    const lines = headerLines(request.headers);
    return bindings.handle(request.method, pathOf(request.url), requestId, lines, body);
  }

  /** One timer for all requests: setting and clearing one for each took 7 us and more of each request. */
  function watch(milliseconds: number) {
    watching = true;
    setTimeout(() => {
      watching = false;
      for (const call of inFlight) {
        const left = call.due - performance.now();
        if (left > 0) return watch(left);
        call.answer(tooLate(call.requestId));
      }
    }, milliseconds);
  }

  globalThis.__edge = { panic: fail, background: inBackground, fetch: fetchUpstream };
  catchTraps(fail);
  bindings.initSync({ module: bytes });
  return { fetch: answer };
}

/** A module polls its futures in microtasks, so most of its traps surface as uncaught errors. */
function catchTraps(fail: (location: string) => void) {
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

function panicked(requestId: string): string {
  const detail = 'The error has been recorded. Please try again later.';
  return problem(500, 'internal', 'Something went wrong on our side', detail, requestId);
}

function tooLate(requestId: string): string {
  const title = 'A service we depend on did not answer in time';
  return problem(504, 'upstream_timeout', title, 'Please try again in a moment.', requestId);
}
