// @ts-check
// The invitations that wait or have expired: sent again with a new link, or taken back.
import { ROLES, refusal } from './company-words.js';
import { byId, make, tell } from './dom.js';
import { callAsPerson, client } from './session.js';

/** @typedef {{ id: string, email: string, full_name: string | null, role: string, status: string, expires_at: string }} Invitation */

/** @param {{ id: string }} company @param {() => Promise<void>} onChanged */
export async function showInvitations(company, onChanged) {
  const { data, error } = await client
    .from('company_employee_invitations')
    .select('id, email, full_name, role, status, expires_at')
    .eq('company_id', company.id)
    .in('status', ['pending', 'expired'])
    .order('sent_at', { ascending: false });
  const list = byId('invitations');
  if (error) return list.replaceChildren(make('li', { class: 'quiet' }, 'The invitations could not be read.'));
  if (data.length === 0) return list.replaceChildren(make('li', { class: 'quiet' }, 'Nobody is invited at present.'));
  list.replaceChildren(...data.map((/** @type {Invitation} */ one) => row(one, onChanged)));
}

/** @param {Invitation} one @param {() => Promise<void>} onChanged */
function row(one, onChanged) {
  const isOver = one.status === 'expired' || new Date(one.expires_at) <= new Date();
  const end = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(one.expires_at));
  const detail = [one.full_name, ROLES[one.role], isOver ? `expired ${end}` : `until ${end}`].filter(Boolean).join(', ');
  const what = make('span', { class: 'what' }, make('strong', {}, one.email), make('span', { class: isOver ? 'over' : 'quiet' }, detail));
  const act = (/** @type {string} */ path, /** @type {string} */ done) => async () => {
    const { status, body } = await callAsPerson(`company-invite-employee/${path}`, { invitation_id: one.id });
    await onChanged();
    tell(byId('invitations-note'), status === 200 ? done : refusal(body.code), status !== 200);
    // The button that had the focus is gone.
    byId('invitations-title').focus();
  };
  const resend = button('Resend', one.email, act('resend', `A new link is on its way to ${one.email}. The old one no longer works.`));
  const revoke = button('Revoke', one.email, act('revoke', `The invitation of ${one.email} is taken back.`));
  return make('li', {}, what, make('span', { class: 'actions' }, resend, revoke));
}

/** @param {string} label @param {string} whom @param {() => Promise<void>} onClick */
function button(label, whom, onClick) {
  const made = make('button', { type: 'button', class: 'plain', 'aria-label': `${label} the invitation of ${whom}` }, label);
  made.addEventListener('click', () => {
    made.setAttribute('disabled', '');
    onClick();
  });
  return made;
}
