import { createClient as createSupabase, FunctionsFetchError, type SupabaseClient, type SupabaseClientOptions } from '@supabase/supabase-js';
import type { ArgsOf, BodyOf, Database, FunctionAnswer, FunctionProblem, Path, Rpc, RpcAnswer, RpcProblem } from './calls.js';
import { problemOf, problemOfAnswer, problemOfDatabase, silence } from './failures.js';
import { QUERIES } from './generated/functions.js';
import { patience, type CallOptions } from './patience.js';
import type { Problem, Result } from './problem.js';

/** Rows of one answer at most, as the Data API is set. */
export const ROWS_AT_ONCE = 1000;

export interface Client {
  /** supabase-js itself, with the types of this backend: `auth`, `storage`, `from()`. */
  readonly supabase: SupabaseClient<Database>;

  /** Calls an edge function. Never throws. */
  invoke<P extends Path>(path: P, body: BodyOf<P>, options?: CallOptions): Promise<Result<FunctionAnswer<P>, FunctionProblem<P>>>;

  /** Calls a SQL function. Never throws. */
  rpc<N extends Rpc>(
    name: N,
    ...rest: Record<never, never> extends ArgsOf<N> ? [args?: ArgsOf<N>, options?: CallOptions] : [args: ArgsOf<N>, options?: CallOptions]
  ): Promise<Result<RpcAnswer<N>, RpcProblem<N>>>;
}

/** A client of the backend at `url`, with its publishable key. */
export function createClient(url: string, publishableKey: string, options: SupabaseClientOptions<'public'> = {}): Client {
  return clientOf(createSupabase<Database>(url, publishableKey, options));
}

/** The same over a supabase-js client that is there already, such as one of `@supabase/ssr`. */
export function clientOf(supabase: SupabaseClient<Database>): Client {
  return {
    supabase,
    invoke: async (path, body, options) => {
      const wait = patience(options);
      const { place, request } = requestOf(path, body);
      const { data, error, response } = await supabase.functions.invoke(place, { ...request, signal: wait.signal });
      const failure = error === null ? null : await problemOfInvocation(error, response, wait.reason);
      wait.end();
      // What the server says of itself is taken at its word: the contract is tested on its side.
      return (failure ? { data: null, error: failure } : { data, error: null }) as never;
    },
    rpc: async (name, args = {} as never, options = {}) => {
      const wait = patience(options);
      const { data, error, status } = await supabase.rpc(name as never, args as never).abortSignal(wait.signal);
      const failure = error === null ? null : status === 0 ? silence(wait.reason()) : problemOfDatabase(error, status);
      wait.end();
      return (failure ? { data: null, error: failure } : { data, error: null }) as never;
    },
  };
}

/** The problem of anything else of supabase-js: `const { data, error } = await resultOf(client.supabase.from('pillars').select('id, name'))`. */
export async function resultOf<A extends { data: unknown; error: unknown }>(
  asked: PromiseLike<A>,
): Promise<Result<Extract<A, { error: null }>['data']>> {
  try {
    const answer = await asked;
    if (answer.error) return { data: null, error: problemOf(answer.error, (answer as { status?: number }).status) };
    return { data: answer.data as never, error: null };
  } catch (error) {
    return { data: null, error: problemOf(error) };
  }
}

function requestOf(path: string, body: object) {
  if (!QUERIES.includes(path)) return { place: path, request: { body } };
  const given = Object.entries(body).filter(([, value]) => value !== null && value !== undefined);
  return { place: `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`, request: { method: 'GET' as const } };
}

async function problemOfInvocation(error: unknown, answer: Response | undefined, reason: () => 'network' | 'timeout' | 'aborted'): Promise<Problem> {
  if (answer) return problemOfAnswer(answer);
  return error instanceof FunctionsFetchError || reason() !== 'network' ? silence(reason()) : problemOf(error, 500);
}
