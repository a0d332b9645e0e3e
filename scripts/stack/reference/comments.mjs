// @ts-check
// What the comment of a SQL function says: what it does, what it answers, and, after "Errors:", what it refuses.

/** @typedef {{ code: string, status: number | null, remark: string }} Refusal `status`: null where the comment has none */

const REFUSAL = /([a-z_]+)\s*(?:\((\d{3})?[,:]?\s*([^)]*)\))?/g;

/** A status is that of the words before it, too: "forbidden, own_document (403)". @param {string} comment @returns {{ text: string, refusals: Refusal[] }} */
export function readComment(comment) {
  const [text, list = ''] = comment.split(/\s*Errors: /);
  // The sentence ends outside of what is in brackets.
  const [sentence] = /^(?:\([^)]*\)|[^.(])*/.exec(list) ?? [''];
  const refusals = [...sentence.matchAll(REFUSAL)].map(([, code, status, remark = '']) => ({ code, status: Number(status) || null, remark }));
  let last = /** @type {number | null} */ (null);
  for (const refusal of refusals.reverse()) last = refusal.status ??= last;
  return { text, refusals: refusals.reverse() };
}

/** What a call may be refused with: by the function, and before it. @param {{ comment: string, before?: string | null }} one */
export const allRefusals = ({ comment, before }) => [...readComment(comment).refusals, ...readComment(before ?? '').refusals];

/** Whom a function is for, as its comment says. */
export const AUDIENCES = /** @type {const} */ ([
  { id: 'everybody', title: 'For whoever is signed in', is: /^/ },
  { id: 'company', title: 'For the admins of a company', is: /\bcompany admin\b|\badmins and managers\b/i },
  { id: 'platform', title: 'For platform admins', is: /\bplatform admins?\b/i },
]);

/** @typedef {typeof AUDIENCES[number]['id']} Audience */

/** @param {string} text @returns {Audience} */
export function audienceOf(text) {
  return /** @type {{ id: Audience }} */ (AUDIENCES.findLast(({ is }) => is.test(text))).id;
}
