// What the parts of the platform say when they refuse, as one `Problem`.
import { memberOf, Problem, type CommonCode, type Facts } from './problem.js';

const BY_STATUS: Record<number, CommonCode> = {
  400: 'invalid_request', 401: 'unauthenticated', 403: 'forbidden', 422: 'invalid_request', 429: 'rate_limited',
  502: 'unavailable', 503: 'unavailable', 504: 'unavailable',
};

const OF_FILES: Record<number, string> = { 404: 'not_found', 409: 'conflict', 413: 'payload_too_large' };

const WORDS: Record<CommonCode, string> = {
  network: 'Nothing answered. Check the connection, and try again.',
  timeout: 'Nothing answered in time. Please try again.',
  aborted: 'This was called off.',
  unavailable: 'This is not available at the moment. Please try again.',
  unauthenticated: 'Please sign in again.',
  forbidden: 'This is not allowed.',
  invalid_request: 'A value is not of the right form.',
  rate_limited: 'That was too often. Please wait a moment.',
  unexpected: 'Something went wrong. Please try again later.',
};

/** No answer came. */
export function silence(code: 'network' | 'timeout' | 'aborted'): Problem {
  return new Problem({ code, status: 0, detail: WORDS[code] });
}

/** What is not in words of ours: of a gateway, or of a service that knows none. */
function foreign(status: number, more: Partial<Facts> = {}): Problem {
  const code = BY_STATUS[status] ?? 'unexpected';
  return new Problem({ code, status, detail: WORDS[code], ...more });
}

/** An answer of an edge function, or of what stands before it, that is no success. */
export async function problemOfAnswer(answer: Response): Promise<Problem> {
  const about = { retryAfter: secondsOf(answer.headers.get('retry-after')), requestId: answer.headers.get('x-request-id') ?? undefined };
  const body = objectOf(await answer.text().catch(() => ''));
  const isOurs = answer.headers.get('content-type')?.startsWith('application/problem+json');
  if (!isOurs || typeof body?.code !== 'string') return foreign(answer.status, about);
  const { code, detail, errors, request_id: requestId } = body as { code: string; detail: string; errors?: Facts['errors']; request_id?: string };
  return new Problem({ code, status: answer.status, detail, errors, ...about, requestId: requestId ?? about.requestId, members: membersOf(code, body) });
}

interface DatabaseError {
  code: string;
  message: string;
  details: string | null;
}

/** A refusal of PostgREST. SQL functions of ours say `PTnnn`, a word, and a sentence or, where facts explain it, JSON. */
export function problemOfDatabase({ code: state, message, details }: DatabaseError, status: number): Problem {
  if (/^PT\d{3}$/.test(state)) {
    const facts = objectOf(details ?? '');
    const retryAfter = typeof facts?.retry_after_seconds === 'number' ? facts.retry_after_seconds : undefined;
    const name = memberOf(message);
    const detail = (facts ? null : details) || WORDS[message as CommonCode] || sentenceOf(message);
    return new Problem({ code: message, status: Number(state.slice(2)), detail, retryAfter, members: facts && name ? { [name]: facts } : {} });
  }
  if (/^PGRST30[0-3]$/.test(state)) return foreign(401);
  // A key or an overlap; a `.single()` that found nothing. Calls of functions answer neither.
  if (['23503', '23505', '23P01'].includes(state)) return new Problem({ code: 'conflict', status, detail: 'This contradicts what is there already.' });
  if (state === 'PGRST116') return new Problem({ code: 'not_found', status, detail: 'There is nothing here.' });
  return foreign(status);
}

/** Anything that supabase-js answers as an error or throws. `status` is that of the answer, where the error has none. */
export function problemOf(error: unknown, status = 0): Problem {
  if (error instanceof Problem) return error;
  const { name, code, message, details, status: own } = (error ?? {}) as Record<string, unknown>;
  if (typeof details === 'string' || details === null) {
    return status === 0 ? silence('network') : problemOfDatabase({ code: String(code), message: String(message), details }, status);
  }
  const known = typeof own === 'number' ? own : status;
  if (name === 'AuthSessionMissingError') return foreign(401);
  if (known === 0) return silence('network');
  // Auth and Storage have words of their own.
  if (/^Auth/.test(String(name)) && typeof code === 'string') return new Problem({ code, status: known, detail: String(message) });
  if (/^Storage/.test(String(name))) return new Problem({ code: OF_FILES[known] ?? BY_STATUS[known] ?? 'unexpected', status: known, detail: String(message) });
  return foreign(known);
}

function membersOf(code: string, body: Record<string, unknown>): NonNullable<Facts['members']> {
  const name = memberOf(code);
  return name && body[name] ? { [name]: body[name] } : {};
}

/** `slot_taken` where nobody wrote a sentence. */
function sentenceOf(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1).replaceAll('_', ' ')}.`;
}

function secondsOf(header: string | null): number | undefined {
  return header !== null && /^\d+$/.test(header) ? Number(header) : undefined;
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
