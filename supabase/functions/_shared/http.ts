/**
 * Requests and answers as text: what a module is handed and what it hands back.
 *
 * Each crossing between JavaScript and wasm costs more than the bytes that cross, so a request is
 * a few strings, an answer is one, and the headers that every answer carries are added here.
 */

/** The longest body that any route takes; a route's own limit is the module's to keep. */
const BODY_LIMIT = 256 << 10;
/** How much of a longer body is read all the same. */
const DISCARD_LIMIT = 1 << 20;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The caller's id if it is a UUID, else a new one. */
export function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id');
  return given !== null && UUID.test(given) ? given.toLowerCase() : crypto.randomUUID();
}

/** The headers that a module may ask for; to walk through all that came takes longer than these. */
const HEADERS = ['apikey', 'authorization', 'content-type', 'user-agent', 'x-edge-fault'];

/** `name:value` lines. A value holds no line break: the runtime refuses such a request. */
export function headerLines(headers: Headers): string {
  let lines = '';
  for (const name of clientHeader === undefined ? HEADERS : [...HEADERS, clientHeader]) {
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

/** The body, `undefined` where it is longer than any route takes. */
export async function readBody(request: Request): Promise<Uint8Array | undefined> {
  // A declared length is enforced by the HTTP server; a body without one is counted as it comes.
  const declared = request.headers.get('content-length');
  // `request.body` makes a stream, which costs more than all the rest: only where one is needed.
  if (declared !== null && Number(declared) <= BODY_LIMIT) return await request.bytes();
  return request.body === null ? new Uint8Array() : await readChunks(request.body);
}

/**
 * What is too long is read on and thrown away for a while: a sender that is cut off while it
 * writes sees a broken connection and never the 413.
 */
async function readChunks(stream: ReadableStream<Uint8Array>): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > DISCARD_LIMIT) return undefined;
    if (length <= BODY_LIMIT) chunks.push(chunk);
  }
  return length > BODY_LIMIT ? undefined : new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** Makes a module's answer, `status`, header lines, an empty line, body, a `Response`. */
export function respond(message: string, request: Request, requestId: string): Response {
  const end = message.indexOf('\n\n');
  const [status, ...lines] = message.slice(0, end).split('\n');
  const headers: Record<string, string> = {
    'x-request-id': requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'vary': 'Origin',
  };
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon)] = line.slice(colon + 1);
  }
  const origin = request.headers.get('origin');
  if (origin !== null && allowedOrigins().has(origin)) {
    headers['access-control-allow-origin'] = origin;
    headers['access-control-expose-headers'] = 'x-request-id, retry-after';
  }
  return new Response(message.slice(end + 2) || null, { status: Number(status), headers });
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
