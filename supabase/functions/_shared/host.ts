/**
 * Runs a wasm module as an edge function and survives its panics.
 *
 * A panic aborts the module: what it was doing never settles, and its memory can no longer be
 * trusted. So each request races the module's failure; on failure every request in flight answers
 * 500, and a fresh instance takes over before the next request is heard.
 */

import { Bodies, type Body } from './body.ts';
import { Deadline } from './deadline.ts';
import { headerLines, headerNames, problem, requestIdOf, respond, targetOf } from './http.ts';
import { fetchUpstream, NOTHING, type Reply, Streams } from './upstream.ts';

/** What wasm-bindgen generates for a function crate. */
export interface Bindings {
  initSync(input: { module: Uint8Array }): unknown;
  handle(
    call: number,
    method: string,
    target: string,
    requestId: string,
    headers: string,
  ): void;
  /** Goes on with whoever waits for an effect. Status 0: it failed, for the reason in `text`. */
  resume(effect: number, status: number, text: string, body?: Uint8Array): void;
  report_panic(location: string): void;
  __wbg_reset_state(): void;
}

export interface Options {
  /** Milliseconds until a request that has no answer yet is answered 504. */
  deadlineMs?: number;
  /** Milliseconds until a body that has not come is answered 408. */
  sendingMs?: number;
  /** Headers that the module asks for beside those of every request. */
  headers?: string[];
}

interface Call {
  requestId: string;
  body: Body;
  /** Takes the message of the answer. */
  answer(message: string): void;
}

/** What a module imports. Each returns at once; what takes time is resumed by its number. */
interface Edge {
  /** Told by the panic hook, just before the module aborts. */
  panic(location: string): void;
  answer(call: number, message: string): void;
  /** Reads the body of a call. Status 408: it did not come; 413: it is too long; 503: too much is held. */
  body(effect: number, call: number, limit: number): void;
  fetch(effect: number, ...request: Parameters<typeof fetchUpstream>): void;
  /** As `fetch`, but the body is read by `read`, piece by piece, until it is closed. */
  open(effect: number, head: string, body: Uint8Array | undefined, timeoutMs: number, wantedHeaders: string): void;
  read(effect: number, stream: number): void;
  close(stream: number): void;
  sleep(effect: number, milliseconds: number): void;
  /** Normalisation form C. */
  nfc(text: string): string;
  lowerCase(text: string): string;
  /** One background task more, or one less. */
  background(change: number): void;
}

declare global {
  // deno-lint-ignore no-var -- only `var` declares a property of globalThis
  var __edge: Edge;
  // deno-lint-ignore no-var
  var EdgeRuntime: { waitUntil(promise: Promise<unknown>): void } | undefined;
}

/** The platform ends a request after 150 s; an answer of ours must come first. */
const DEFAULT_DEADLINE_MS = 30_000;
/** 64 KiB come within this at 50 kbit/s. */
const DEFAULT_SENDING_MS = 10_000;
/** A panic while reporting a panic must not report itself for ever. */
const REPORT_INTERVAL_MS = 1_000;

/** Instantiates the module and answers what `export default` of an edge function needs. */
export function serve(bindings: Bindings, bytes: Uint8Array, options: Options = {}) {
  const inFlight = new Map<number, Call>();
  const deadline = new Deadline<Call>(options.deadlineMs ?? DEFAULT_DEADLINE_MS, (late) => {
    late.answer(tooLate(late.requestId));
  });
  const bodies = new Bodies(options.sendingMs ?? DEFAULT_SENDING_MS);
  const background = keepAlive();
  const streams = new Streams();
  const names = headerNames(options.headers);
  /** Of the instance: what an earlier one asked for is nobody's any more. */
  let generation = 0;
  let calls = 0;
  let failed = false;
  let lastReport = -Infinity;

  function fail(location: string) {
    if (failed) return;
    failed = true;
    // Not at once: the aborting instance is still on the stack, and its glue must not find another.
    queueMicrotask(() => recover(location));
  }

  function recover(location: string) {
    const lost = [...inFlight.values()];
    inFlight.clear();
    background.clear();
    streams.clear();
    bindings.__wbg_reset_state();
    generation++;
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
    enter(() => bindings.report_panic(location));
  }

  /** Calls into the module. Whatever it throws is a trap: it answers errors of its own. */
  function enter(step: () => void) {
    try {
      step();
    } catch (error) {
      fail(error instanceof Error ? `${error.name}: ${error.message}` : 'unknown');
    }
  }

  /** Resumes an effect, unless its instance is gone. */
  function resumption(effect: number) {
    const asked = generation;
    return (status: number, text: string, body?: Uint8Array) => {
      if (asked === generation && !failed) enter(() => bindings.resume(effect, status, text, body));
    };
  }

  function resume(effect: number, outcome: Promise<Reply>) {
    const go = resumption(effect);
    outcome.then(({ status, headers, body }) => go(status, headers, body), (reason) => go(0, String(reason)));
  }

  function readBody(effect: number, call: number, limit: number) {
    const { body } = inFlight.get(call) ?? {};
    // It has been answered, so nothing more comes of it.
    if (body === undefined) queueMicrotask(() => resumption(effect)(0, 'answered'));
    else body.read(limit, resumption(effect));
  }

  async function answer(request: Request): Promise<Response> {
    const requestId = requestIdOf(request);
    const body = bodies.of(request);
    return respond(await ask(request, requestId, body), request, requestId, body);
  }

  /** Races the module's answer against its failure and the deadline. */
  function ask(request: Request, requestId: string, body: Body): Promise<string> {
    return new Promise((resolve) => {
      const id = calls = (calls + 1) >>> 0;
      const call: Call = {
        requestId,
        body,
        answer(message) {
          inFlight.delete(id);
          deadline.end(call);
          body.leave();
          resolve(message);
        },
      };
      inFlight.set(id, call);
      deadline.begin(call);
      const target = targetOf(request.url);
      const lines = headerLines(request.headers, names);
      enter(() => bindings.handle(id, request.method, target, requestId, lines));
    });
  }

  globalThis.__edge = {
    panic: fail,
    answer: (call, message) => inFlight.get(call)?.answer(message),
    body: readBody,
    fetch: (effect, ...request) => resume(effect, fetchUpstream(...request)),
    open: (effect, ...request) => resume(effect, streams.begin(effect, ...request)),
    read: (effect, stream) => resume(effect, streams.read(stream)),
    close: (stream) => streams.close(stream),
    sleep: (effect, milliseconds) => resume(effect, pause(milliseconds)),
    nfc: (text) => text.normalize('NFC'),
    lowerCase: (text) => text.toLowerCase(),
    background: background.change,
  };
  bindings.initSync({ module: bytes });
  return { fetch: answer };
}

function pause(milliseconds: number): Promise<Reply> {
  return new Promise((resolve) => {
    setTimeout(() => resolve({ status: 200, headers: '', body: NOTHING }), milliseconds);
  });
}

/** Holds the worker while background tasks are under way. */
function keepAlive() {
  let tasks = 0;
  let release = () => {};
  return {
    change(by: number) {
      if (tasks === 0) {
        globalThis.EdgeRuntime?.waitUntil(new Promise<void>((resolve) => (release = resolve)));
      }
      tasks += by;
      if (tasks === 0) release();
    },
    clear() {
      tasks = 0;
      release();
    },
  };
}

function panicked(requestId: string): string {
  const detail = 'The error has been recorded. Please try again later.';
  return problem(500, 'internal', 'Something went wrong on our side', detail, requestId);
}

function tooLate(requestId: string): string {
  const title = 'A service we depend on did not answer in time';
  return problem(504, 'upstream_timeout', title, 'Please try again in a moment.', requestId);
}
