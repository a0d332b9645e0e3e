import type { Problem, Result } from './problem.js';

/**
 * Everything, page by page, until one is empty: the Data API cuts every answer at a thousand rows and does not say so.
 * `read` is given the last row so far. A failure is thrown, as the `Problem` that it is.
 *
 * A table goes on behind the last row by a column that is unique and sorted by, so that rows which come and go meanwhile
 * move none from one page to the other:
 *
 *     for await (const page of pages((last?: { id: string }) => {
 *       const query = client.supabase.from('bookings').select('id, starts_at').order('id').limit(500);
 *       return resultOf(last ? query.gt('id', last.id) : query);
 *     })) ...
 *
 * A SQL function has an argument for that; where it answers `next_cursor`, `answers` reads it.
 */
export async function* pages<Row extends Last, Last>(
  read: (last: Last | undefined) => PromiseLike<Result<readonly Row[], Problem>>,
): AsyncGenerator<readonly Row[], void, undefined> {
  let last: Last | undefined;
  for (;;) {
    const { data, error } = await read(last);
    if (error) throw error;
    if (data.length === 0) return;
    yield data;
    last = data.at(-1);
  }
}

/**
 * Every answer of a SQL function that says where it goes on:
 *
 *     for await (const { slots } of answers((cursor: string | null) => client.rpc('available_slots', { p_pillar_id, p_cursor: cursor }))) ...
 */
export async function* answers<Answer extends { next_cursor: Cursor | null }, Cursor>(
  read: (cursor: Cursor | null) => PromiseLike<Result<Answer, Problem>>,
): AsyncGenerator<Answer, void, undefined> {
  let cursor: Cursor | null = null;
  do {
    const { data, error }: Result<Answer, Problem> = await read(cursor);
    if (error) throw error;
    yield data;
    cursor = data.next_cursor;
  } while (cursor !== null);
}
