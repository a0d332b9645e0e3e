// @ts-check
// Entries of the audit log as a file: CSV for spreadsheets, or JSON lines.

/** @typedef {Record<string, any>} Entry */

const COLUMNS = [
  'id', 'occurred_at', 'user_id', 'actor_id', 'actor_role', 'action', 'entity_type', 'entity_id', 'source', 'request_id', 'ip_address', 'user_agent',
  'old_values', 'new_values', 'context', 'status', 'error_message',
];

/** What a file begins with, by its kind. */
export const BEGINNING = { csv: `${COLUMNS.join(',')}\r\n`, jsonl: '' };

/** @param {'csv' | 'jsonl'} kind @param {Entry[]} entries */
export function textOf(kind, entries) {
  return entries.map((entry) => (kind === 'csv' ? `${COLUMNS.map((column) => cell(entry[column])).join(',')}\r\n` : `${JSON.stringify(entry)}\n`)).join('');
}

/** A cell that a spreadsheet takes as text: what begins like a formula would be one, and people write what is logged. @param {unknown} value */
function cell(value) {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const harmless = /^\s*[=+\-@\t\r\n|%]/.test(text) ? `'${text}` : text;
  return /[",;\r\n\t']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
