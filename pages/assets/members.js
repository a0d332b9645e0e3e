// @ts-check
// The members of a company: what they may do, and the end of a membership.
import { REFUSALS, ROLES } from './company-words.js';
import { byId, make, tell } from './dom.js';
import { answerOf } from './failures.js';
import { ask } from './question.js';
import { client, person } from './session.js';
import { action, tellFailure } from './work.js';

/** @typedef {{ user_id: string, display_name: string, email: string, role: string }} Member */
/** @typedef {{ id: string, name: string }} Company */

/** How many members the database answers at a time. */
const PAGE = 500;

/** @param {Company} company @param {() => Promise<void>} onChanged */
export async function showMembers(company, onChanged) {
  const members = await all(company);
  byId('package-member').replaceChildren(...members.map((one) => make('option', { value: one.user_id }, one.display_name || one.email)));
  byId('members').replaceChildren(...members.map((one) => row(one, company, onChanged)));
}

/** @param {Company} company @returns {Promise<Member[]>} */
async function all(company) {
  /** @type {Member[]} */
  const members = [];
  for (;;) {
    const page = await answerOf(client.rpc('company_directory', { p_company_id: company.id, p_after: members.at(-1)?.user_id }));
    members.push(...page);
    if (page.length < PAGE) return members;
  }
}

/** @param {Member} one @param {Company} company @param {() => Promise<void>} onChanged */
function row(one, company, onChanged) {
  const name = one.display_name || one.email;
  const address = one.display_name ? [make('span', { class: 'quiet' }, one.email)] : [];
  const what = make('span', { class: 'what' }, make('strong', {}, name), ...address);
  const isOwn = one.user_id === person.id;
  const end = make('button', { type: 'button', class: 'plain', ...(!isOwn && { 'aria-label': `Remove ${name}` }) }, isOwn ? 'Leave' : 'Remove');
  action(end, byId('members-note'), () => (isOwn ? leave(company) : remove(one, name, company, onChanged)), REFUSALS);
  const role = isOwn ? make('span', { class: 'quiet' }, `${ROLES[one.role]}, you`) : roleOf(one, name, company, onChanged);
  return make('li', {}, what, make('span', { class: 'actions' }, role, end));
}

/** @param {Member} one @param {string} name @param {Company} company @param {() => Promise<void>} onChanged */
function roleOf(one, name, company, onChanged) {
  const options = Object.entries(ROLES).map(([value, text]) => make('option', { value, ...(value === one.role && { selected: '' }) }, text));
  const select = make('select', { 'aria-label': `Role of ${name}` }, ...options);
  select.addEventListener('change', async () => {
    const role = /** @type {HTMLSelectElement} */ (select).value;
    try {
      await answerOf(client.rpc('set_member_role', { p_company_id: company.id, p_user_id: one.user_id, p_role: role }));
      // The list is left alone: whoever chooses by arrow keys is still in it.
      tell(byId('members-note'), `${name} is ${ROLES[role].toLowerCase()} now.`);
    } catch (error) {
      await onChanged();
      tellFailure(byId('members-note'), error, REFUSALS);
    }
  });
  return select;
}

/** @param {Member} one @param {string} name @param {Company} company @param {() => Promise<void>} onChanged */
async function remove(one, name, company, onChanged) {
  const text = `They are signed out everywhere within a minute, and their sessions to come that ${company.name} pays for are cancelled some hours later. Their account stays theirs.`;
  if (!(await ask({ title: `Remove ${name} from ${company.name}?`, text, yes: 'Remove' }))) return;
  await answerOf(client.rpc('deactivate_member', { p_company_id: company.id, p_user_id: one.user_id }));
  await onChanged();
  byId('members-title').focus();
  tell(byId('members-note'), `${name} is no member any more.`);
}

/** @param {Company} company */
async function leave(company) {
  const text = `Your sessions to come that ${company.name} pays for are cancelled. You come back only by an invitation.`;
  if (!(await ask({ title: `Leave ${company.name}?`, text, yes: 'Leave' }))) return;
  await answerOf(client.rpc('leave_company', { p_company_id: company.id }));
  location.assign('/');
}
