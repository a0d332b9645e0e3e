// What can be called, with what, and what comes of it.
import type { SqlFunctions, Tables } from './generated/database.js';
import type { Functions } from './generated/functions.js';
import type { CommonCode, ProblemOf } from './problem.js';
import type { Answers, Arguments } from './shapes.js';

/** An edge function, and the path below it. */
export type Path = keyof Functions;
export type BodyOf<P extends Path> = Functions[P]['body'];
export type FunctionAnswer<P extends Path> = Functions[P]['answer'];
export type FunctionProblem<P extends Path> = ProblemOf<Functions[P]['errors'] | CommonCode>;

/** A SQL function. */
export type Rpc = keyof SqlFunctions;
type Written<N extends Rpc> = SqlFunctions[N]['args'];
type Told<N extends Rpc> = N extends keyof Arguments ? Arguments[N] : unknown;

/** As the catalogue has them, with the types of ./shapes.ts where it says only text or JSON. */
export type ArgsOf<N extends Rpc> = {
  [K in keyof Written<N>]: K extends keyof Told<N> ? Told<N>[K] | Extract<Written<N>[K], null> : Written<N>[K];
};
export type RpcAnswer<N extends Rpc> = N extends keyof Answers ? Answers[N] : SqlFunctions[N]['returns'];
export type RpcProblem<N extends Rpc> = ProblemOf<SqlFunctions[N]['errors'] | CommonCode>;

/** What supabase-js takes: `createClient<Database>()`. */
export type Database = {
  public: {
    Tables: Tables;
    Views: Record<never, never>;
    Functions: { [N in Rpc]: { Args: ArgsOf<N>; Returns: RpcAnswer<N> } };
  };
};
