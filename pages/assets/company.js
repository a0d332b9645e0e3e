// @ts-check
// The page of a company's admins: its plan, its invitations, its members.
import { watchAgreement, showPlan } from './company-plan.js';
import { byId, make } from './dom.js';
import { showInvitations } from './invitations.js';
import { watchInvite } from './invite.js';
import { showMembers } from './members.js';
import { client, person } from './session.js';

const companies = person ? await administered() : [];
const hasOne = companies.length > 0;
byId('no-company').hidden = !person || hasOne;
byId('company').hidden = !hasOne;
if (hasOne) {
  byId('choose').append(...companies.map(({ id, name }) => make('option', { value: id }, name)));
  byId('choose').addEventListener('change', show);
  byId('choice').hidden = companies.length < 2;
  watchAgreement(chosen, showSeats);
  watchInvite(chosen, showPeople);
  await show();
}

/** @returns {Promise<import('./company-plan.js').Company[]>} */
async function administered() {
  const { data } = await client
    .from('company_members')
    .select('companies(id, name, status)')
    .eq('user_id', person.id)
    .eq('role', 'admin')
    .eq('status', 'active');
  return (data ?? []).map((/** @type {any} */ membership) => membership.companies);
}

function chosen() {
  return companies.find(({ id }) => id === byId('choose').value) ?? companies[0];
}

async function show() {
  byId('name').textContent = chosen().name;
  await showPeople();
}

/** Everything that changes when somebody comes or goes. */
async function showPeople() {
  await Promise.all([showSeats(), showInvitations(chosen(), showPeople), showMembers(chosen(), showPeople)]);
}

async function showSeats() {
  await showPlan(chosen());
}
