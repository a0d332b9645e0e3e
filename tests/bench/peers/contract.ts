/**
 * What the peers share: the contract of auth-email-verify as a careful engineer writes it by hand.
 * A peer adds how it speaks to the database.
 */
import { createHash } from 'node:crypto';

export type Outcome = 'verified' | 'already_verified' | 'invalid' | 'expired' | 'exhausted' | 'superseded';

export interface Token {
  id: string;
  hash: string;
}

export interface Context {
  request_id: string;
  ip: string | null;
  user_agent: string | null;
}

export const SUPABASE_URL = Deno.env.get('SUPABASE_URL')!;
export const SECRET_KEY: string = JSON.parse(Deno.env.get('SUPABASE_SECRET_KEYS')!).default;
export const UPSTREAM_TIMEOUT_MS = 10_000;

const ORIGINS = (Deno.env.get('ALLOWED_ORIGINS') ?? '').split(',').map((origin) => origin.trim());
const BODY_LIMIT = 65_536;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TOKEN = /^[A-Za-z0-9_-]{64}$/;

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly pointer?: string,
  ) {
    super(code);
  }
}

/** What each outcome that is no success answers. */
const REFUSALS: Record<string, Refusal> = {
  invalid: new Refusal(422, 'token_invalid', 'Token invalid', 'This link is not valid.'),
  expired: new Refusal(410, 'token_expired', 'Token expired', 'This link has expired. Ask for another one.'),
  exhausted: new Refusal(410, 'token_exhausted', 'Token exhausted', 'This link was tried too often.'),
  superseded: new Refusal(410, 'token_superseded', 'Token superseded', 'A newer link was sent.'),
};

export function serve(verify: (token: Token, context: Context) => Promise<Outcome>) {
  return {
    async fetch(request: Request): Promise<Response> {
      const started = performance.now();
      const requestId = requestIdOf(request);
      let response: Response;
      let code: string | undefined;
      try {
        const outcome = await verify(await parse(request), contextOf(request, requestId));
        if (REFUSALS[outcome]) throw REFUSALS[outcome];
        response = answer(request, requestId, 200, 'application/json', { status: outcome });
      } catch (error) {
        const refusal = error instanceof Refusal ? error : unexpected(error);
        code = refusal.code;
        response = problem(request, requestId, refusal);
      }
      console.log(JSON.stringify({
        level: response.status >= 500 ? 'error' : response.status >= 400 ? 'warn' : 'info',
        function: 'auth-email-verify',
        request_id: requestId,
        method: request.method,
        route: '/',
        status: response.status,
        code,
        duration_ms: Math.round(performance.now() - started),
      }));
      return response;
    },
  };
}

async function parse(request: Request): Promise<Token> {
  if (request.method !== 'POST') throw new Refusal(405, 'method_not_allowed', 'Method not allowed', 'Use POST.');
  const type = request.headers.get('content-type')?.split(';')[0].trim().toLowerCase();
  if (type !== 'application/json') throw new Refusal(415, 'unsupported_media_type', 'Unsupported media type', 'Send JSON.');
  if (Number(request.headers.get('content-length') ?? 0) > BODY_LIMIT) throw tooLarge();
  const text = await request.text();
  if (text.length > BODY_LIMIT) throw tooLarge();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw invalid('', 'The body is not JSON.');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw invalid('', 'The body is no object.');
  for (const field of Object.keys(body)) if (field !== 'token') throw invalid(`/${field}`, 'This field is unknown.');
  const { token } = body as { token?: unknown };
  if (typeof token !== 'string') throw invalid('/token', 'This field is no text.');
  if (!TOKEN.test(token)) throw REFUSALS.invalid;
  return decode(token);
}

function decode(token: string): Token {
  const bytes = Uint8Array.from(atob(token.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  const hex = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return {
    id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    // Synchronous: for 32 bytes WebCrypto's trip to another thread costs more than the digest.
    hash: createHash('sha256').update(bytes.subarray(16)).digest('hex'),
  };
}

function contextOf(request: Request, request_id: string): Context {
  return { request_id, ip: null, user_agent: request.headers.get('user-agent')?.slice(0, 256) ?? null };
}

function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id');
  return given !== null && UUID.test(given) ? given : crypto.randomUUID();
}

function invalid(pointer: string, detail: string) {
  return new Refusal(400, 'invalid_request', 'Invalid request', detail, pointer);
}

function tooLarge() {
  return new Refusal(413, 'payload_too_large', 'Payload too large', `The body may hold up to ${BODY_LIMIT} bytes.`);
}

function unexpected(error: unknown): Refusal {
  const timeout = error instanceof DOMException && error.name === 'TimeoutError';
  return timeout
    ? new Refusal(504, 'upstream_timeout', 'Upstream timeout', 'An upstream service took too long.')
    : new Refusal(503, 'upstream_unavailable', 'Upstream unavailable', 'An upstream service is not available.');
}

function problem(request: Request, requestId: string, { status, code, title, detail, pointer }: Refusal): Response {
  const errors = pointer === undefined ? undefined : [{ pointer, code, detail }];
  const body = { type: 'about:blank', title, status, detail, code, request_id: requestId, errors };
  return answer(request, requestId, status, 'application/problem+json', body);
}

function answer(request: Request, requestId: string, status: number, type: string, body: unknown): Response {
  const headers: Record<string, string> = {
    'content-type': type,
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
    'vary': 'Origin',
  };
  const origin = request.headers.get('origin');
  if (origin !== null && ORIGINS.includes(origin)) headers['access-control-allow-origin'] = origin;
  return new Response(JSON.stringify(body), { status, headers });
}
