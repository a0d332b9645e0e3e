// @ts-check
// Answers that the Data API cuts are read to their end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backend, json } from './backend.mjs';
import { pages, resultOf } from './built.mjs';

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
  const found = await gathered(pages((_, /** @type {{ id: string } | undefined} */ last) => {
    const query = of.supabase.from('companies').select('id').order('id');
    return resultOf(last ? query.gt('id', last.id) : query);
  }));
  assert.deepEqual(found, ROWS);
  assert.equal(of.asked.length, 4);
});

test('a function, by the number of rows', async () => {
  const of = cutting();
  const found = await gathered(pages((seen) => /** @type {any} */ (of.rpc('available_slots', {}, { from: seen }))));
  assert.deepEqual(found, ROWS);
});

test('a failure ends them, as the problem that it is', async () => {
  let asked = 0;
  const of = backend(() => ((asked += 1) === 1 ? json(200, ROWS.slice(0, 1000)) : json(403, { code: '42501', message: 'a', details: null, hint: null })));
  await assert.rejects(gathered(pages((seen) => /** @type {any} */ (of.rpc('available_slots', {}, { from: seen })))), { name: 'Problem', code: 'forbidden' });
});
