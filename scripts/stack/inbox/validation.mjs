// @ts-check
// What Resend refuses with 422. Unknown fields are refused too: the real service overlooks them,
// but here they would be a typing error of ours that no test sees.

import { calendarFault } from './calendar.mjs';

const FIELDS = new Set([
  'from',
  'to',
  'subject',
  'bcc',
  'cc',
  'reply_to',
  'html',
  'text',
  'headers',
  'tags',
  'attachments',
  'scheduled_at',
  'topic_id',
]);
const BATCH_FORBIDDEN = ['attachments', 'scheduled_at'];
const ADDRESS = /^[^\s@<>,"]+@[^\s@<>,"]+\.[^\s@<>,".]+$/;
const NAMED_ADDRESS = /^[^<>\r\n]*<([^<>]+)>$/;
const TAG = /^[A-Za-z0-9_-]{1,256}$/;
const HEADER = /^[!-9;-~]{1,256}$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** @typedef {{ name: string, message: string }} Problem */

/** @param {string} name @param {string} message @returns {Problem} */
const problem = (name, message) => ({ name, message });

/** @param {unknown} value */
function isAddress(value) {
  if (typeof value !== 'string') return false;
  return ADDRESS.test(NAMED_ADDRESS.exec(value)?.[1] ?? value);
}

/** @param {unknown} value @returns {unknown[]} */
export function asList(value) {
  return Array.isArray(value) ? value : [value];
}

/** @param {Record<string, unknown>} mail @param {string} field @returns {Problem | null} */
function addressProblem(mail, field) {
  const list = asList(mail[field]);
  if (list.length === 0 || list.length > 50) {
    return problem('validation_error', `The \`${field}\` field must hold 1 to 50 addresses.`);
  }
  return list.every(isAddress) ? null : problem('validation_error', `Invalid \`${field}\` field.`);
}

/** @param {Record<string, unknown>} mail @returns {Problem | null} */
function headerProblem(mail) {
  const headers = mail.headers ?? {};
  const plain = typeof headers === 'object' && !Array.isArray(headers);
  const strings = plain && Object.entries(headers).every(([name, value]) => HEADER.test(name) && typeof value === 'string' && !/[\r\n]/.test(value));
  return strings ? null : problem('validation_error', 'Invalid `headers` field.');
}

/** @param {Record<string, unknown>} mail @returns {Problem | null} */
function tagProblem(mail) {
  const tags = mail.tags ?? [];
  const good = Array.isArray(tags) && tags.every((tag) => TAG.test(tag?.name) && TAG.test(tag?.value));
  return good ? null : problem('validation_error', 'Tags may hold ASCII letters, digits, underscores and dashes.');
}

/** Nothing is fetched: an attachment brings its content along. @param {Record<string, unknown>} mail @returns {Problem | null} */
function attachmentProblem(mail) {
  const attachments = mail.attachments ?? [];
  const isName = (/** @type {unknown} */ name) => typeof name === 'string' && !/[\r\n]/.test(name);
  const isBase64 = (/** @type {unknown} */ text) => typeof text === 'string' && text.length % 4 === 0 && BASE64.test(text);
  const good = Array.isArray(attachments) && attachments.every((one) =>
    isName(one?.filename) && isBase64(one.content) && isName(one.content_type ?? '') && isName(one.content_id ?? ''));
  const fault = good && attachments.map((one) => calendarFault(one.content_type ?? '', one.content)).find((one) => one !== null);
  if (fault) return problem('invalid_attachment', `The calendar is not one: ${fault}.`);
  return good ? null : problem('invalid_attachment', 'An attachment here is a `filename` and `content` in Base64, with a `content_type` or `content_id` if need be.');
}

/**
 * @param {unknown} mail
 * @param {{ batch: boolean }} where
 * @returns {Problem | null}
 */
export function mailProblem(mail, { batch }) {
  if (typeof mail !== 'object' || mail === null || Array.isArray(mail)) {
    return problem('validation_error', 'A mail must be an object.');
  }
  const fields = /** @type {Record<string, unknown>} */ (mail);
  for (const name of Object.keys(fields)) {
    if (!FIELDS.has(name)) return problem('validation_error', `Unknown field \`${name}\`.`);
    if (batch && BATCH_FORBIDDEN.includes(name)) {
      return problem('validation_error', `The \`${name}\` field is not supported in a batch.`);
    }
  }
  for (const name of ['from', 'to', 'subject']) {
    if (fields[name] === undefined || fields[name] === '') {
      return problem('missing_required_field', `Missing \`${name}\` field.`);
    }
  }
  if (!isAddress(fields.from)) return problem('invalid_from_address', 'Invalid `from` field.');
  if (typeof fields.subject !== 'string' || /[\r\n]/.test(fields.subject)) {
    return problem('validation_error', 'Invalid `subject` field.');
  }
  if (typeof fields.html !== 'string' && typeof fields.text !== 'string') {
    return problem('missing_required_field', 'Missing `html` or `text` field.');
  }
  for (const name of ['to', 'cc', 'bcc', 'reply_to']) {
    const wrong = fields[name] === undefined ? null : addressProblem(fields, name);
    if (wrong) return wrong;
  }
  for (const name of ['html', 'text', 'scheduled_at']) {
    if (!['string', 'undefined'].includes(typeof (fields[name] ?? undefined))) return problem('validation_error', `Invalid \`${name}\` field.`);
  }
  return headerProblem(fields) ?? tagProblem(fields) ?? attachmentProblem(fields);
}
