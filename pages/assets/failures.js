// @ts-check
// What went wrong, in words for people: nothing that a browser, Auth or PostgreSQL says of itself is shown.

const PATIENCE_MILLISECONDS = 15_000;
const OTHERWISE = 'That did not work. Please try again in a moment.';

/** @type {Record<string, string>} by code; a page's own words come first */
const WORDS = {
  silent: 'Nothing answered. Please try again in a moment.',
  unauthenticated: 'Your session is over. Please sign in again.',
  terms_required: 'There is something to accept first, on the first page.',
  rate_limited: 'That was asked for very often. Please try again in a moment.',
  over_request_rate_limit: 'That was asked for very often. Please try again in a few minutes.',
};

/** Why something was not done. `code` is ours or Auth's, or `silent`, or a SQLSTATE, or empty. */
export class Failure extends Error {
  /** @param {string} code @param {string} [detail] a sentence for people, of a refusal of ours */
  constructor(code, detail = '') {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

/** @param {unknown} error @param {Record<string, string>} [words] of the page, by code; for any other under '' */
export function wordsFor(error, words = {}) {
  const { code, detail } = error instanceof Failure ? error : new Failure('');
  return words[code] ?? WORDS[code] ?? words[''] ?? (detail || OTHERWISE);
}

/** The data of an answer of supabase-js; a failure is thrown. @param {PromiseLike<{ data: any, error: any }>} asked */
export async function answerOf(asked) {
  const { data, error } = await asked;
  if (error) throw failureOf(error);
  return data;
}

/** The body of an answer of a function; a failure is thrown. @param {import('./session.js').Answer | PromiseLike<import('./session.js').Answer>} asked */
export async function bodyOf(asked) {
  const { status, body } = await asked;
  if (status >= 300) throw new Failure(body.code ?? '', body.detail);
  return body;
}

/** A function of ours in the database says its word in `message` and a sentence in `details`. @param {any} error */
function failureOf({ code = '', message, details, name }) {
  if (/^PT\d{3}$/.test(code)) return new Failure(message, details);
  if (/^PGRST30[0-3]$/.test(code) || name === 'AuthSessionMissingError') return new Failure('unauthenticated');
  return new Failure(name === 'AuthRetryableFetchError' ? 'silent' : code);
}

/**
 * Asks for as long as people wait. No answer is one, too: so nobody asks again unseen, and all look alike.
 * @param {RequestInfo | URL} place @param {RequestInit} [request] @returns {Promise<Response>}
 */
export async function patientFetch(place, request) {
  const limit = new AbortController();
  setTimeout(() => limit.abort(), PATIENCE_MILLISECONDS);
  try {
    const answer = await fetch(place, { ...request, signal: limit.signal });
    const body = await answer.arrayBuffer();
    return new Response(body.byteLength > 0 ? body : null, answer);
  } catch {
    return Response.json({ code: 'silent' }, { status: 504 });
  }
}
