import type { Problem, Result } from './problem.js';

/**
 * Everything, page by page, until one is empty: the Data API cuts every answer at a thousand rows and does not say so.
 * `read` is given how many rows there were so far, and the last of them. A failure is thrown, as the `Problem` that it is.
 *
 * A table goes on behind the last row by a column that is unique and sorted by, so that rows which come and go meanwhile
 * move none from one page to the other:
 *
 *     for await (const page of pages((_, last?: { id: string }) => {
 *       const query = client.supabase.from('bookings').select('id, starts_at').order('id').limit(500);
 *       return resultOf(last ? query.gt('id', last.id) : query);
 *     })) ...
 *
 * A SQL function has an argument for that, or is read by the number of rows: `client.rpc(name, args, { from: seen })`.
 */
export async function* pages<Row extends Last, Last>(
  read: (seen: number, last: Last | undefined) => PromiseLike<Result<readonly Row[], Problem>>,
): AsyncGenerator<readonly Row[], void, undefined> {
  let last: Last | undefined;
  let seen = 0;
  for (;;) {
    const { data, error } = await read(seen, last);
    if (error) throw error;
    if (data.length === 0) return;
    yield data;
    last = data.at(-1);
    seen += data.length;
  }
}
