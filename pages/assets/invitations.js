// @ts-check
// The invitations that wait or have expired: sent again with a new link, or taken back.
import { REFUSALS, ROLES } from './company-words.js';
import { byId, fillList, make, tell } from './dom.js';
import { answerOf, bodyOf } from './failures.js';
import { ask } from './question.js';
import { callAsPerson, client } from './session.js';
import { shortTime } from './times.js';
import { action } from './work.js';

/** @typedef {{ id: string, email: string, full_name: string | null, role: string, status: string, expires_at: string }} Invitation */

/** @param {{ id: string }} company @param {() => Promise<void>} onChanged */
export async function showInvitations(company, onChanged) {
  /** @type {Invitation[]} */
  const invitations = await answerOf(client
    .from('company_employee_invitations')
    .select('id, email, full_name, role, status, expires_at')
    .eq('company_id', company.id)
    .in('status', ['pending', 'expired'])
    .order('sent_at', { ascending: false }));
  const rows = invitations.map((one) => row(one, onChanged));
  fillList(byId('invitations'), rows, 'Nobody is invited at present.');
}

/** @param {Invitation} one @param {() => Promise<void>} onChanged */
function row(one, onChanged) {
  const isOver = one.status === 'expired' || new Date(one.expires_at) <= new Date();
  const end = shortTime(one.expires_at);
  const detail = [one.full_name, ROLES[one.role], isOver ? `expired ${end}` : `until ${end}`].filter(Boolean).join(', ');
  const what = make('span', { class: 'what' }, make('strong', {}, one.email), make('span', { class: isOver ? 'over' : 'quiet' }, detail));
  const act = async (/** @type {string} */ path, /** @type {string} */ done) => {
    await bodyOf(callAsPerson(`company-invite-employee/${path}`, { invitation_id: one.id }));
    await onChanged();
    // The button that had the focus is gone.
    byId('invitations-title').focus();
    tell(byId('invitations-note'), done);
  };
  const resend = button('Resend', one.email, () => act('resend', `A new link is on its way to ${one.email}. The old one no longer works.`));
  const revoke = button('Revoke', one.email, async () => {
    const text = 'The link in the mail no longer works, and the seat is free. You can invite the address again.';
    if (await ask({ title: `Revoke the invitation of ${one.email}?`, text, yes: 'Revoke' })) await act('revoke', `The invitation of ${one.email} is taken back.`);
  });
  return make('li', {}, what, make('span', { class: 'actions' }, resend, revoke));
}

/** @param {string} label @param {string} whom @param {() => Promise<void>} work */
function button(label, whom, work) {
  const made = make('button', { type: 'button', class: 'plain', 'aria-label': `${label} the invitation of ${whom}` }, label);
  action(made, byId('invitations-note'), work, REFUSALS);
  return made;
}
