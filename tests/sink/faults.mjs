// @ts-check
// The sink's script of misbehaviour: rules that are used up in order.
//
// | kind        | what the client sees                                            | accepted |
// |-------------|-----------------------------------------------------------------|----------|
// | rate_limit  | 429 rate_limit_exceeded with `retry-after: retry_after`          | no       |
// | quota       | 429 `name` (daily_quota_exceeded, monthly_quota_exceeded)        | no       |
// | key         | `status` 401 restricted_api_key or 403 invalid_api_key           | no       |
// | error       | `status` 500, 503, ...; `body` overrides the JSON one            | no       |
// | drop_before | the connection breaks before anything was accepted               | no       |
// | drop_after  | the connection breaks after everything was accepted              | yes      |
// | malformed   | 200 with half a JSON document                                    | yes      |
// | hang        | no answer until the client goes away                             | `accept` |
// | slow        | the usual answer after `milliseconds`; the key is busy meanwhile | yes      |
// | refuse      | 422 for every request with an address that matches `pattern`     | no       |

/**
 * @typedef {object} Fault
 * @property {"rate_limit" | "quota" | "key" | "error" | "drop_before" | "drop_after" | "malformed" | "hang" | "slow" | "refuse"} kind
 * @property {number | null} [times] how many requests it meets; null is "always". Default 1, for `refuse` always
 * @property {number} [skip] how many requests pass unharmed first
 * @property {"/emails" | "/emails/batch"} [path] only requests to this path
 * @property {number} [status]
 * @property {string} [name]
 * @property {number} [retry_after] seconds
 * @property {number} [milliseconds]
 * @property {boolean} [accept]
 * @property {string} [pattern] regular expression over recipient addresses
 * @property {string} [body]
 */

const KINDS = new Set([
  'rate_limit',
  'quota',
  'key',
  'error',
  'drop_before',
  'drop_after',
  'malformed',
  'hang',
  'slow',
  'refuse',
]);

export class FaultScript {
  /** @type {{ fault: Fault, left: number, skip: number, pattern: RegExp | null }[]} */
  #rules = [];

  /** @param {Fault} fault */
  add(fault) {
    if (!KINDS.has(fault.kind)) throw new RangeError(`unknown fault kind: ${fault.kind}`);
    const times = fault.times === undefined ? (fault.kind === 'refuse' ? null : 1) : fault.times;
    this.#rules.push({
      fault,
      left: times ?? Number.POSITIVE_INFINITY,
      skip: fault.skip ?? 0,
      pattern: fault.pattern === undefined ? null : new RegExp(fault.pattern),
    });
  }

  clear() {
    this.#rules = [];
  }

  /** True while a limited rule has not met all its requests. */
  get pending() {
    return this.#rules.some((rule) => Number.isFinite(rule.left));
  }

  /** The fault that this request meets, if any; counts it down.
   * @param {string} path @param {() => Iterable<string>} recipients @returns {Fault | null} */
  take(path, recipients) {
    for (const rule of this.#rules) {
      if (rule.fault.path !== undefined && rule.fault.path !== path) continue;
      if (rule.pattern && !some(recipients(), rule.pattern)) continue;
      if (rule.skip > 0) {
        rule.skip -= 1;
        continue;
      }
      rule.left -= 1;
      if (rule.left <= 0) this.#rules = this.#rules.filter((other) => other !== rule);
      return rule.fault;
    }
    return null;
  }
}

/** @param {Iterable<string>} values @param {RegExp} pattern */
function some(values, pattern) {
  for (const value of values) if (pattern.test(value)) return true;
  return false;
}
