// @ts-check
// Inviting, one person by a form or many by a file, and what became of each.
import { ROLES, refusal } from './company-words.js';
import { byId, make, onSubmit, tell } from './dom.js';
import { readText } from './file-text.js';
import { readInvitations } from './invitation-file.js';
import { faultsOf, reportOf } from './invitation-report.js';
import { callAsPerson } from './session.js';

/** @typedef {import('./invitation-file.js').Row} Row */
/** @typedef {import('./invitation-report.js').Line} Line */

/** What the form calls its fields. */
const LABELS = { email: 'E-mail address', full_name: 'Name', role: 'Role' };

/** @param {() => { id: string }} chosen @param {() => Promise<void>} onInvited */
export function watchInvite(chosen, onInvited) {
  byId('role').append(...Object.entries(ROLES).map(([value, name]) => make('option', { value }, name)));
  byId('file').addEventListener('change', () => clearReport());
  onSubmit(byId('one'), async () => {
    const name = byId('full-name').value;
    const invitation = { email: byId('email').value, role: byId('role').value, ...(name && { full_name: name }) };
    if (await send([{ row: null, columns: LABELS, invitation }])) byId('one').reset();
  });
  onSubmit(byId('many'), async () => {
    clearReport();
    const { rows, error, isGone } = await readFile(byId('file').files[0]);
    // Else choosing it again would change nothing, and so not be noticed.
    if (isGone) byId('many').reset();
    if (error) return tell(byId('invite-note'), error, true);
    if (await send(rows)) byId('many').reset();
  });

  /** @param {Row[]} rows @returns {Promise<boolean>} whether there was an answer to each of them */
  async function send(rows) {
    const invitations = rows.map((row) => row.invitation);
    const { status, body } = await callAsPerson('company-invite-employee', { company_id: chosen().id, invitations });
    if (status !== 200) {
      show(faultsOf(rows, body.errors ?? []), refusalOf(rows, status, body), true);
      return false;
    }
    const lines = reportOf(rows, body.results);
    const sent = lines.filter((line) => line.isSent).length;
    show(lines, `${sent} invited${sent < rows.length ? `, ${rows.length - sent} not` : ''}.`, sent === 0);
    await onInvited();
    return true;
  }
}

/** Why nobody was invited. @param {Row[]} rows @param {number} status @param {any} body a problem (RFC 9457), or nothing */
function refusalOf(rows, status, body) {
  if (body.code === 'payload_too_large') return 'That is too much at a time. Please split the file.';
  if (body.code !== 'invalid_request') return refusal(body.code);
  return `Nobody was invited. ${body.detail}${rows.length > 1 ? ` The file has ${rows.length} people.` : ''}`;
}

/** @param {File} file @returns {Promise<{ rows: Row[], error: string | null, isGone: boolean }>} */
async function readFile(file) {
  const { text, error, isGone } = await readText(file);
  return text === null ? { rows: [], error, isGone } : { ...readInvitations(text), isGone };
}

function clearReport() {
  show([], '', false);
}

/** @param {Line[]} lines @param {string} note @param {boolean} isBad */
function show(lines, note, isBad) {
  tell(byId('invite-note'), note, isBad);
  byId('report').replaceChildren(...lines.map(entry));
}

/** @param {Line} line */
function entry({ who, text, isSent }) {
  return make('li', {}, make('span', { class: `what ${isSent ? 'ok' : 'down'}` }, make('strong', {}, who), make('span', {}, text)));
}
