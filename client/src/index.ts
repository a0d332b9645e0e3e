/** The typed client of the Evenkeel backend. */
export { clientOf, createClient, resultOf, ROWS_AT_ONCE, type Client } from './client.js';
export { problemOf } from './failures.js';
export { answers, pages } from './pages.js';
export type { CallOptions } from './patience.js';
export { Problem, type CommonCode, type FieldError, type ProblemOf, type Result } from './problem.js';
export type { ArgsOf, BodyOf, Database, FunctionAnswer, FunctionProblem, Path, Rpc, RpcAnswer, RpcProblem } from './calls.js';
export type * from './generated/database.js';
export type { Functions, Schemas } from './generated/functions.js';
