// @ts-check
// Inviting, one person by a form or many by a file, and what became of each.
import { REFUSALS, ROLES } from './company-words.js';
import { byId, make, tell } from './dom.js';
import { Failure } from './failures.js';
import { readText } from './file-text.js';
import { readInvitations } from './invitation-file.js';
import { faultsOf, reportOf } from './invitation-report.js';
import { callAsPerson } from './session.js';
import { action } from './work.js';

/** @typedef {import('./invitation-file.js').Row} Row */
/** @typedef {import('./invitation-report.js').Line} Line */

const WORDS = { ...REFUSALS, payload_too_large: 'That is too much at a time. Please split the file.' };
/** What the form calls its fields. */
const LABELS = { email: 'E-mail address', full_name: 'Name', role: 'Role' };

/** @param {() => { id: string }} chosen @param {() => Promise<void>} onInvited */
export function watchInvite(chosen, onInvited) {
  byId('role').append(...Object.entries(ROLES).map(([value, name]) => make('option', { value }, name)));
  byId('file').addEventListener('change', () => show([], '', false));
  action(byId('one'), byId('invite-note'), async () => {
    tellBelow('one');
    const name = byId('full-name').value;
    const invitation = { email: byId('email').value, role: byId('role').value, ...(name && { full_name: name }) };
    await send('one', [{ row: null, columns: LABELS, invitation }]);
  }, WORDS);
  action(byId('many'), byId('invite-note'), async () => {
    tellBelow('many');
    const { rows, error, isGone } = await readFile(byId('file').files[0]);
    // Else choosing it again would change nothing, and so not be noticed.
    if (isGone) byId('many').reset();
    if (error) throw new Failure('', error);
    await send('many', rows);
  }, WORDS);

  /** The form is empty again with the answer, so that what is chosen next stays. @param {'one' | 'many'} form @param {Row[]} rows */
  async function send(form, rows) {
    const invitations = rows.map((row) => row.invitation);
    const { status, body } = await callAsPerson('company-invite-employee', { company_id: chosen().id, invitations });
    if (status !== 200) {
      show(faultsOf(rows, body.errors ?? []), '', true);
      throw new Failure(body.code ?? '', refusedWhole(rows, body));
    }
    const lines = reportOf(rows, body.results);
    const sent = lines.filter((line) => line.isSent).length;
    show(lines, `${sent} invited${sent < rows.length ? `, ${rows.length - sent} not` : ''}.`, sent === 0);
    byId(form).reset();
    await onInvited();
  }
}

/** Of a request that is not valid, which says where. @param {Row[]} rows @param {any} body a problem (RFC 9457), or nothing */
function refusedWhole(rows, { code, detail }) {
  if (code !== 'invalid_request') return detail;
  return `Nobody was invited. ${detail}${rows.length > 1 ? ` The file has ${rows.length} people.` : ''}`;
}

/** @param {File} file @returns {Promise<{ rows: Row[], error: string | null, isGone: boolean }>} */
async function readFile(file) {
  const { text, error, isGone } = await readText(file);
  return text === null ? { rows: [], error, isGone } : { ...readInvitations(text), isGone };
}

/** What is told of a form stands below it. @param {'one' | 'many'} form */
function tellBelow(form) {
  byId('report').replaceChildren();
  byId(form).after(byId('invite-note'), byId('report'));
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
