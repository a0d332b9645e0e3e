// @ts-check
// Whatever fails is told in words for people.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Failure, answerOf, bodyOf, patientFetch, wordsFor } from '../assets/failures.js';

const OTHERWISE = 'That did not work. Please try again in a moment.';

/** @param {unknown} error an error as supabase-js gives it @param {Record<string, string>} [words] */
const toldOf = (error, words) => answerOf(Promise.resolve({ data: null, error })).then(() => 'nothing', (failure) => wordsFor(failure, words));

test('what others say of themselves is never shown', async () => {
  const errors = [
    { message: 'TypeError: Failed to fetch', details: 'TypeError: Failed to fetch\n    at http://127.0.0.1/assets/supabase.js:1:1', code: '', hint: '' },
    { message: '<html><body>502 Bad Gateway</body></html>' },
    { message: 'null value in column "display_name" violates not-null constraint', details: 'Failing row contains (ada@example.com)', code: '23502' },
    { message: 'Database error saving new user', code: 'unexpected_failure', name: 'AuthApiError', status: 500 },
    { message: 'canceling statement due to statement timeout', code: '57014', details: null },
    {},
  ];
  for (const error of errors) assert.equal(await toldOf(error), OTHERWISE, JSON.stringify(error));
  assert.equal(wordsFor(new TypeError('x is undefined')), OTHERWISE);
});

test('our own refusals are told in the words of the page, else in their own', async () => {
  const refused = { code: 'PT409', message: 'slot_taken', details: 'This time is taken by now.' };
  assert.equal(await toldOf(refused), 'This time is taken by now.');
  assert.equal(await toldOf(refused, { slot_taken: 'Too late.' }), 'Too late.');
  assert.equal(await toldOf({ code: '23514', message: 'violates check constraint' }, { 23514: 'Another name, please.' }), 'Another name, please.');
  await assert.rejects(bodyOf({ status: 409, body: { code: 'conflict', detail: 'Belongs already.' }, retryAfter: null }), { code: 'conflict', detail: 'Belongs already.' });
  assert.deepEqual(await bodyOf({ status: 202, body: { status: 'accepted' }, retryAfter: null }), { status: 'accepted' });
});

test('an ended session and silence are told apart, whoever says so', async () => {
  for (const error of [{ code: 'PGRST301' }, { code: 'PGRST303' }, { name: 'AuthSessionMissingError' }, { code: 'PT401', message: 'unauthenticated' }]) {
    assert.match(await toldOf(error), /session is over/);
  }
  for (const error of [{ code: 'silent' }, { name: 'AuthRetryableFetchError' }]) assert.match(await toldOf(error, { '': 'Other.' }), /Nothing answered/);
});

test('a call that nothing answers is answered after a while', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  context.mock.method(globalThis, 'fetch', (/** @type {any} */ _, /** @type {RequestInit} */ { signal }) =>
    new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))));
  const asked = patientFetch('http://127.0.0.1:1/');
  context.mock.timers.tick(15_000);
  const answer = await asked;
  assert.deepEqual([answer.status, await answer.json()], [504, { code: 'silent' }]);
});

test('an answer is handed on as it came', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  context.mock.method(globalThis, 'fetch', async () => new Response(null, { status: 204, headers: { 'retry-after': '3' } }));
  const answer = await patientFetch('http://127.0.0.1:1/');
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [204, '3']);
});
