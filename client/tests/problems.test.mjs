// @ts-check
// Functions, SQL functions, tables, Auth and Storage fail in one language.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backend, json, page, silent } from './backend.mjs';
import { problemOf, resultOf } from './built.mjs';

const ID = '00000000-0000-4000-8000-000000000000';
const SEATS = { limit: 5, members: 4, pending: 1 };
const REQUEST = '7b1c6a52-1a40-4d5e-9f0a-3f5a3d1f6f10';

/** @param {number} status @param {string} code @param {object} [more] */
const problem = (status, code, more = {}) =>
  json(status, { type: 'a', title: 'b', status, detail: 'A sentence.', code, request_id: REQUEST, ...more }, { 'content-type': 'application/problem+json', 'retry-after': '7' });

/** @param {number} status @param {string} code @param {string} message @param {string | null} [details] */
const refusal = (status, code, message, details = null) => json(status, { code, message, details, hint: null });

/** @param {ReturnType<typeof backend>} of */
const invite = (of) => of.invoke('company-invite-employee/resend', { invitation_id: ID });
/** @param {ReturnType<typeof backend>} of */
const book = (of) => of.rpc('book_session', { p_specialist_id: ID, p_session_type_id: ID, p_starts_at: '2027-01-01T10:00:00Z' });
/** @param {ReturnType<typeof backend>} of */
const read = (of) => resultOf(of.supabase.from('companies').select('id').retry(false));

/** @type {[string, (of: ReturnType<typeof backend>) => Promise<any>, (...asked: any[]) => any, Record<string, unknown>][]} */
const CASES = [
  ['a function', invite, () => problem(409, 'seat_limit', { seats: SEATS }), { code: 'seat_limit', status: 409, detail: 'A sentence.', seats: SEATS, retryAfter: 7, requestId: REQUEST }],
  ['a function about fields', invite, () => problem(400, 'invalid_request', { errors: [{ pointer: '/a', code: 'b', detail: 'c' }] }), { code: 'invalid_request', errors: [{ pointer: '/a', code: 'b', detail: 'c' }] }],
  ['a SQL function', book, () => refusal(409, 'PT409', 'slot_taken', 'This time is no longer free.'), { code: 'slot_taken', status: 409, detail: 'This time is no longer free.' }],
  ['a SQL function without a sentence', book, () => refusal(409, 'PT409', 'slot_taken'), { code: 'slot_taken', detail: 'Slot taken.' }],
  ['a SQL function with numbers', invite, () => problem(409, 'seats_below_members', { seats: SEATS }), { code: 'seats_below_members', seats: SEATS }],
  ['the same by the Data API', book, () => refusal(409, 'PT409', 'seats_below_members', JSON.stringify(SEATS)), { code: 'seats_below_members', seats: SEATS, detail: 'Seats below members.' }],
  ['a SQL function about time', book, () => refusal(429, 'PT429', 'rate_limited', '{"retry_after_seconds": 7}'), { code: 'rate_limited', status: 429, retryAfter: 7 }],
  ['an ended token', book, () => refusal(401, 'PGRST303', 'JWT expired'), { code: 'unauthenticated', status: 401 }],
  ['a grant, signed in', book, () => refusal(403, '42501', 'permission denied for table bookings'), { code: 'forbidden', status: 403, detail: 'This is not allowed.' }],
  ['a value of the wrong form', book, () => refusal(400, '22P02', 'invalid input syntax for type uuid: "x"'), { code: 'invalid_request', status: 400 }],
  ['a defect', book, () => refusal(500, 'XX000', 'internals'), { code: 'unexpected', status: 500, detail: 'Something went wrong. Please try again later.' }],
  ['a taken key', read, () => refusal(409, '23505', 'duplicate key'), { code: 'conflict', status: 409 }],
  ['nothing there', read, () => refusal(406, 'PGRST116', 'no rows'), { code: 'not_found', status: 406 }],
  ...[invite, book].flatMap((call) => /** @type {typeof CASES} */ ([
    ['a gateway', call, () => page(502), { code: 'unavailable', status: 502 }],
    ['a gateway that wants a key', call, () => json(401, { message: 'No API key found in request' }), { code: 'unauthenticated', status: 401 }],
    ['a limit of the platform', call, () => page(546), { code: 'unexpected', status: 546 }],
    ['no network', call, () => { throw new TypeError('fetch failed'); }, { code: 'network', status: 0 }],
  ])),
  ['an answer that is no JSON', invite, () => new Response('<', { headers: { 'content-type': 'application/json' } }), { code: 'unexpected' }],
];

for (const [what, call, answer, expected] of CASES) {
  test(`${what} (${call.name}): ${expected.code}`, async () => {
    const { data, error } = await call(backend(answer));
    assert.equal(data, null);
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, error[key]])), expected);
    assert.ok(error instanceof Error);
    assert.match(/** @type {any} */ (error).detail, /^[A-Z][^<]*\.$/, 'no sentence for people');
  });
}

for (const [name, call] of /** @type {[string, (of: ReturnType<typeof backend>, options: object) => Promise<any>][]} */ ([
  ['a function', (of, options) => of.invoke('auth-email-verify', { token: 'a' }, options)],
  ['a SQL function', (of, options) => of.rpc('my_verification', {}, options)],
])) {
  test(`${name} is not waited for longer than was said`, async () => {
    const { error } = await call(backend(silent), { timeout: 20 });
    assert.equal(error.code, 'timeout');
  });
  test(`${name} can be called off`, async () => {
    const off = new AbortController();
    const asked = call(backend(silent), { signal: off.signal });
    setTimeout(() => off.abort(), 10);
    assert.equal((await asked).error.code, 'aborted');
    assert.equal((await call(backend(silent), { signal: AbortSignal.abort() })).error.code, 'aborted');
  });
}

test('Auth keeps its words', async () => {
  const of = backend(() => json(400, { code: 'invalid_credentials', message: 'Invalid login credentials' }, { 'x-supabase-api-version': '2024-01-01' }));
  const { error } = await resultOf(of.supabase.auth.signInWithPassword({ email: 'a@b.test', password: 'c' }));
  assert.deepEqual([error?.code, error?.status, error?.detail], ['invalid_credentials', 400, 'Invalid login credentials']);
});

test('Storage says what became of a file', async () => {
  const of = backend(() => json(400, { statusCode: '403', error: 'Unauthorized', message: 'new row violates row-level security policy' }));
  const { error } = await resultOf(of.supabase.storage.from('a').upload('b', new Blob(['c'])));
  assert.equal(error?.status, 400);
  assert.equal(error?.code, 'invalid_request');
});

test('a problem stays what it is, and anything else becomes one', () => {
  const one = problemOf(new TypeError('fetch failed'));
  assert.equal(one.code, 'network');
  assert.equal(problemOf(one), one);
  assert.equal(problemOf(null).code, 'network');
});

test('an answer is handed on', async () => {
  const of = backend(({ url }) => json(200, url.pathname.endsWith('my_verification') ? null : { status: 'verified' }));
  assert.deepEqual(await of.invoke('auth-email-verify', { token: 'a' }), { data: { status: 'verified' }, error: null });
  assert.deepEqual(await of.rpc('my_verification'), { data: null, error: null });
  assert.deepEqual(of.asked.map(({ url, method, body }) => [method, url.pathname, body]), [
    ['POST', '/functions/v1/auth-email-verify', { token: 'a' }],
    ['POST', '/rest/v1/rpc/my_verification', {}],
  ]);
});

test('what is asked with GET has its body in the query', async () => {
  const of = backend(() => json(200, { items: [], next_cursor: null }));
  await of.invoke('specialist-verify/queue', { limit: 5, cursor: null, status: 'rejected' });
  assert.equal(of.asked[0]?.method, 'GET');
  assert.equal(of.asked[0]?.url.search, '?limit=5&status=rejected');
});
