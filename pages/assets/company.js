// @ts-check
// The page of a company's admins: its plan, its invitations, what is used of it, its members.
import { showFigures, watchFigures } from './company-figures.js';
import { showPlan, watchAgreement } from './company-plan.js';
import { showPackageMonths, watchPackage } from './company-packages.js';
import { REFUSALS } from './company-words.js';
import { byId, make } from './dom.js';
import { answerOf } from './failures.js';
import { showInvitations } from './invitations.js';
import { watchInvite } from './invite.js';
import { showMembers } from './members.js';
import { useOwnZone } from './profile.js';
import { client, person } from './session.js';
import { zoneName } from './times.js';
import { load } from './work.js';

/** @type {import('./company-plan.js').Company[]} */
let companies = [];

if (person) {
  byId('choose').addEventListener('change', show);
  watchAgreement(chosen, showSeats);
  watchInvite(chosen, showPeople);
  watchPackage(chosen);
  watchFigures(chosen);
  await load(byId('content'), fill);
}

async function fill() {
  const [memberships] = await Promise.all([administered(), useOwnZone()]);
  companies = memberships.map((/** @type {any} */ membership) => membership.companies);
  byId('no-company').hidden = companies.length > 0;
  byId('company').hidden = companies.length === 0;
  if (companies.length === 0) return;
  byId('choose').replaceChildren(...companies.map(({ id, name }) => make('option', { value: id }, name)));
  byId('choice').hidden = companies.length < 2;
  byId('zone').textContent = zoneName();
  // Its parts wait, and fail, for themselves.
  void show();
}

function administered() {
  return answerOf(client
    .from('company_members')
    .select('companies(id, name, status)')
    .eq('user_id', person.id)
    .eq('role', 'admin')
    .eq('status', 'active'));
}

function chosen() {
  return companies.find(({ id }) => id === byId('choose').value) ?? companies[0];
}

async function show() {
  byId('name').textContent = chosen().name;
  await Promise.all([showPeople(), load(byId('figures'), () => showFigures(chosen()), REFUSALS)]);
}

/** Everything that changes when somebody comes or goes; each part fails for itself. */
async function showPeople() {
  await Promise.all([
    showSeats(),
    load(byId('invitations'), () => showInvitations(chosen(), showPeople), REFUSALS),
    load(byId('members'), () => showMembers(chosen(), showPeople), REFUSALS),
  ]);
}

async function showSeats() {
  await load(byId('plan-part'), async () => {
    await showPlan(chosen());
    // What nobody sees is not asked for, and does not fail.
    if (!byId('package').hidden) void load(byId('package-months'), () => showPackageMonths(chosen()), REFUSALS);
  }, REFUSALS);
}
