// @ts-check
// Answers that the Data API cuts are read to their end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backend, json } from './backend.mjs';
import { answers, pages, resultOf } from './built.mjs';

const ROWS = Array.from({ length: 2345 }, (_, n) => ({ id: String(n).padStart(4, '0') }));

/** As PostgREST does, a thousand at once whatever is asked. */
const cutting = () => backend(({ url: { searchParams: query } }) => {
  const after = query.get('id')?.slice('gt.'.length) ?? '';
  const [from, most] = [Number(query.get('offset') ?? 0), Math.min(Number(query.get('limit') ?? 1000), 1000)];
  return json(200, ROWS.filter(({ id }) => id > after).slice(from, from + most));
});

/** @param {AsyncIterable<readonly { id: string }[]>} all */
async function gathered(all) {
  const found = [];
  for await (const page of all) found.push(...page);
  return found;
}

test('a table, by a column', async () => {
  const of = cutting();
  const found = await gathered(pages((/** @type {{ id: string } | undefined} */ last) => {
    const query = of.supabase.from('companies').select('id').order('id');
    return resultOf(last ? query.gt('id', last.id) : query);
  }));
  assert.deepEqual(found, ROWS);
  assert.equal(of.asked.length, 4);
});

/** As our functions do: a hundred at once, and where they go on. */
const continued = () => backend(({ body }) => {
  const after = Number(body.p_cursor ?? 0);
  return json(200, { slots: ROWS.slice(after, after + 100), next_cursor: after + 100 < ROWS.length ? String(after + 100) : null });
});

test('a function, by the cursor that it answers', async () => {
  const of = continued();
  /** @type {unknown[]} */
  const found = [];
  for await (const { slots } of answers((/** @type {string | null} */ cursor) => of.rpc('available_slots', { p_cursor: cursor }))) found.push(...slots);
  assert.deepEqual(found, ROWS);
  assert.equal(of.asked.length, 24);
});

test('a failure ends them, as the problem that it is', async () => {
  let asked = 0;
  const of = backend(() => ((asked += 1) === 1 ? json(200, ROWS.slice(0, 1000)) : json(403, { code: '42501', message: 'a', details: null, hint: null })));
  await assert.rejects(gathered(pages(() => /** @type {any} */ (of.rpc('company_directory', { p_company_id: '' })))), { name: 'Problem', code: 'forbidden' });
});
