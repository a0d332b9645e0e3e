import { MEMBERS, type Schemas } from './generated/functions.js';

/** What anything may fail with, whatever was asked. `detail` and `status` say more. */
export type CommonCode =
  /** No answer came: offline, a wrong address, an origin that the backend does not allow. */
  | 'network'
  /** No answer came in time. */
  | 'timeout'
  /** The caller's own signal. */
  | 'aborted'
  /** The platform answers for the backend: 502, 503, 504. Try again in a moment. */
  | 'unavailable'
  /** The session is over, or there was none. */
  | 'unauthenticated'
  /** A grant or a policy refuses. */
  | 'forbidden'
  /** A value is of the wrong form. */
  | 'invalid_request'
  | 'rate_limited'
  /** Anything else: a defect, ours or the caller's. */
  | 'unexpected';

type ProblemBody = Schemas['Problem'];
type Members = typeof MEMBERS;
type MemberName = Members[keyof Members];

/** A fault of one field; `pointer` is a JSON pointer into the body. */
export type FieldError = Schemas['FieldError'];

/** What a problem is made of. */
export interface Facts {
  code: string;
  status: number;
  detail: string;
  errors?: FieldError[] | undefined;
  retryAfter?: number | undefined;
  requestId?: string | undefined;
  members?: { [K in MemberName]?: unknown };
}

/** Why something was not done: of an edge function, a SQL function, a table, Auth or Storage alike. */
export class Problem<Code extends string = string> extends Error {
  /** The stable word to branch on. */
  readonly code: Code;
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  /** A sentence for people, in English. */
  readonly detail: string;
  /** Faults of single fields. */
  readonly errors: readonly FieldError[];
  /** Seconds to wait before the next try. */
  readonly retryAfter: number | undefined;
  /** To be quoted to support. */
  readonly requestId: string | undefined;

  constructor({ code, status, detail, errors = [], retryAfter, requestId, members = {} }: Facts) {
    super(`${code} (${status}): ${detail}`);
    this.name = 'Problem';
    this.code = code as Code;
    this.status = status;
    this.detail = detail;
    this.errors = errors;
    this.retryAfter = retryAfter;
    this.requestId = requestId;
    Object.assign(this, members);
  }
}

type MemberOf<Code> = Code extends keyof Members ? { readonly [K in Members[Code]]?: NonNullable<ProblemBody[K]> } : unknown;

/** A problem for each code, so that `switch (error.code)` knows which are left, and what each tells beside itself. */
export type ProblemOf<Code extends string> = Code extends string ? Problem<Code> & MemberOf<Code> : never;

/** The answer, or why there is none. */
export type Result<Answer, Failure extends Problem = Problem> = { data: Answer; error: null } | { data: null; error: Failure };

/** The name of the member that goes with a code, if one does. */
export function memberOf(code: string): MemberName | undefined {
  return (MEMBERS as Record<string, MemberName>)[code];
}
