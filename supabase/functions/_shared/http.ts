/**
 * Requests and answers as text: what a module is handed and what it hands back.
 *
 * Each crossing between JavaScript and wasm costs more than the bytes that cross, so a request is
 * a few strings, an answer is one, and the headers that every answer carries are added here.
 */

import type { Body } from './body.ts';

/** An answer up to this length is handed over whole; a longer one must have a reader, within a time. */
const AT_ONCE = 64 << 10;
const READING_MS = 30_000;

/** For a browser that asks before it sends: what supabase-js may add, also with tracing and for a region, and our own id. */
const PREFLIGHT = {
  'access-control-allow-headers': 'authorization, apikey, content-type, if-none-match, x-client-info, x-region, x-request-id, ' +
    'x-retry-count, x-supabase-api-version, traceparent, tracestate, baggage, sentry-trace',
  'access-control-max-age': '86400',
};

/** For a browser that is led here or made to load this: it shows nothing, in no frame and on no other site, and comes back by https. */
const FOR_BROWSERS = {
  'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The caller's id if it is a UUID, else a new one. */
export function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id');
  return given !== null && UUID.test(given) ? given.toLowerCase() : crypto.randomUUID();
}

/** The headers that a module may ask for; to walk through all that came takes longer than these. */
const HEADERS = ['apikey', 'authorization', 'content-type', 'user-agent', 'x-edge-fault'];

/** The same for a function whose callers sign what they send (Standard Webhooks; Svix has names of its own). */
export const SIGNATURE_HEADERS = ['webhook', 'svix'].flatMap((of) =>
  ['id', 'timestamp', 'signature'].map((part) => `${of}-${part}`)
);

/** The names for a function that asks for some of its own. */
export function headerNames(own: string[] = []): string[] {
  return [...HEADERS, ...own, ...clientHeader === undefined ? [] : [clientHeader]];
}

/** `name:value` lines. A value holds no line break: the runtime refuses such a request. */
export function headerLines(headers: Headers, names = headerNames()): string {
  let lines = '';
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) lines += `${name}:${value}\n`;
  }
  return lines;
}

/** The header in which a trusted proxy puts the client's address, if there is one. */
const clientHeader = Deno.env.get('CLIENT_IP_HEADER')?.trim().toLowerCase() || undefined;

/** Path and query of a URL that the runtime has parsed already: a fragment never reaches a server. */
export function targetOf(url: string): string {
  return url.slice(url.indexOf('/', url.indexOf('://') + 3));
}

/** Makes a module's answer, `status`, header lines, an empty line, body, a `Response`. */
export function respond(
  message: string,
  request: Request,
  requestId: string,
  body: Body,
  readingMs = READING_MS,
): Response {
  const end = message.indexOf('\n\n');
  const [status, ...lines] = message.slice(0, end).split('\n');
  const headers: Record<string, string> = {
    'x-request-id': requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...FOR_BROWSERS,
    'vary': 'Origin',
  };
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon)] = line.slice(colon + 1);
  }
  if ('access-control-allow-methods' in headers) Object.assign(headers, PREFLIGHT);
  const origin = request.headers.get('origin');
  if (origin !== null && allowedOrigins().has(origin)) {
    headers['access-control-allow-origin'] = origin;
    headers['access-control-expose-headers'] = 'x-request-id, retry-after, etag';
  }
  const text = message.slice(end + 2);
  const plain = text === '' || body.over && text.length <= AT_ONCE;
  return new Response(plain ? text || null : inPieces(text, body, readingMs), { status: Number(status), headers });
}

const CUT_OFF = new Error('cut off');

// Where the other side hangs up at the very moment it is cut off, the runtime rejects a promise of
// its own with our error, which nobody can catch; left alone, that ends the process.
globalThis.addEventListener('unhandledrejection', (event) => {
  if (event.reason === CUT_OFF) event.preventDefault();
});

/**
 * An answer to somebody who is still sending, or a large one. The runtime waits for ever for the rest
 * of a body, unless the stream of its answer fails; of a large answer that nobody reads, what is left
 * is let go.
 */
function inPieces(text: string, body: Body, readingMs: number): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let sent = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  // Before the answer: the runtime takes a body away that nobody has begun to read by then.
  const ended = body.over || body.discard();
  return new ReadableStream({
    start(controller) {
      timer = setTimeout(() => controller.error(CUT_OFF), readingMs);
    },
    async pull(controller) {
      if (sent < bytes.length) return controller.enqueue(bytes.subarray(sent, sent += AT_ONCE));
      clearTimeout(timer);
      if (await ended) controller.close();
      else controller.error(CUT_OFF);
    },
    cancel: () => clearTimeout(timer),
  });
}

/** RFC 9457, for what a module cannot answer any more. */
export function problem(status: number, code: string, title: string, detail: string, requestId: string): string {
  const type = `https://evenkeel.dev/problems/${code}`;
  const body = JSON.stringify({ type, title, status, detail, code, request_id: requestId });
  return `${status}\ncontent-type:application/problem+json\n\n${body}`;
}

let origins: Set<string> | undefined;

function allowedOrigins(): Set<string> {
  const list = () => (Deno.env.get('ALLOWED_ORIGINS') ?? '').split(',');
  origins ??= new Set(list().map((origin) => origin.trim().replace(/\/+$/, '')).filter(Boolean));
  return origins;
}
