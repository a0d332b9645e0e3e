// @ts-check
// Inviting, one person by a form or many by a file, and what became of each.
import { RESULTS, ROLES, refusal } from './company-words.js';
import { byId, make, onSubmit, tell } from './dom.js';
import { readInvitations } from './invitation-file.js';
import { callAsPerson } from './session.js';

/** @typedef {import('./invitation-file.js').Row} Row */

const LARGEST_FILE_BYTES = 256 * 1024;
const SENT = new Set(['invited', 'resent']);

/** @param {() => { id: string }} chosen @param {() => Promise<void>} onInvited */
export function watchInvite(chosen, onInvited) {
  byId('role').append(...Object.entries(ROLES).map(([value, name]) => make('option', { value }, name)));
  byId('file').addEventListener('change', () => clearReport());
  onSubmit(byId('one'), async () => {
    const name = byId('full-name').value.trim();
    const invitation = { email: byId('email').value.trim(), role: byId('role').value, ...(name && { full_name: name }) };
    if (await send([{ line: null, invitation, error: null }])) byId('one').reset();
  });
  onSubmit(byId('many'), async () => {
    clearReport();
    const { rows, error } = await readFile(byId('file').files[0]);
    if (error) return tell(byId('invite-note'), error, true);
    if (await send(rows)) byId('many').reset();
  });

  /** Sends the rows that have no fault. @param {Row[]} rows @returns {Promise<boolean>} whether there was an answer to them */
  async function send(rows) {
    const good = rows.filter((row) => !row.error);
    if (good.length === 0) {
      report(rows, new Map());
      return false;
    }
    const invitations = good.map((row) => row.invitation);
    const { status, body } = await callAsPerson('company-invite-employee', { company_id: chosen().id, invitations });
    if (status !== 200) {
      clearReport();
      tell(byId('invite-note'), refusal(body.code), true);
      return false;
    }
    report(rows, new Map(body.results.map((/** @type {any} */ one) => [good[one.index], one.status])));
    await onInvited();
    return true;
  }
}

/** @param {File} file @returns {Promise<{ rows: Row[], error: string | null }>} */
async function readFile(file) {
  if (file.size > LARGEST_FILE_BYTES) return { rows: [], error: 'The file is larger than 256 KB. Is it a list of addresses?' };
  try {
    return readInvitations(new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer()));
  } catch {
    return { rows: [], error: 'The file is not text in UTF-8. Save it as "CSV UTF-8", please.' };
  }
}

function clearReport() {
  tell(byId('invite-note'), '');
  byId('report').replaceChildren();
}

/** @param {Row[]} rows @param {Map<Row, string>} results */
function report(rows, results) {
  const sent = [...results.values()].filter((status) => SENT.has(status)).length;
  const others = rows.length - sent;
  tell(byId('invite-note'), `${sent} invited${others ? `, ${others} not` : ''}.`, sent === 0);
  byId('report').replaceChildren(...rows.map((row) => reportRow(row, results.get(row))));
}

/** @param {Row} row @param {string | undefined} status */
function reportRow({ line, invitation, error }, status) {
  const text = error ?? RESULTS[status ?? ''] ?? 'Was not looked at. Please try again.';
  const who = [line ? `Line ${line}` : '', invitation.email].filter(Boolean).join(': ');
  const mark = status && SENT.has(status) ? 'ok' : 'down';
  return make('li', {}, make('span', { class: `what ${mark}` }, make('strong', {}, who), make('span', {}, text)));
}
