// @ts-check
// What a company is entitled to, how much of it is taken, and the agreement it has to accept.
import { PLAN_STATES, REFUSALS } from './company-words.js';
import { byId } from './dom.js';
import { answerOf } from './failures.js';
import { client } from './session.js';
import { dayText } from './times.js';
import { action } from './work.js';

/** @typedef {{ id: string, name: string, status: string }} Company */

const NO_PLAN = 'Nobody can be invited or book until the company has a plan. Whoever looks after you with us can give it one.';
const SUSPENDED = 'The company is suspended. Nobody can be invited or book until that is over; what is booked takes place.';

let version = '';

/** @param {Company} company */
export async function showPlan(company) {
  const { entitlement, seats, dpa } = await answerOf(client.rpc('company_plan', { p_company_id: company.id }));
  version = dpa.version;
  byId('plan').textContent = entitlement ? planText(entitlement) : 'No plan in force.';
  byId('seats').textContent = seatsText(seats);
  byId('seats-used').max = Math.max(seats.limit, 1);
  byId('seats-used').value = seats.members + seats.pending;
  byId('blocked').textContent = entitlement ? '' : company.status === 'suspended' ? SUSPENDED : NO_PLAN;
  byId('agreement').hidden = dpa.accepted;
  byId('agreed-text').textContent = `I may accept version ${version} of the agreement for ${company.name}, and do.`;
  byId('package').hidden = !entitlement?.package_sessions;
  byId('package-hint').textContent = `Your plan gives each member up to ${entitlement?.package_sessions} sessions in packages within a year.`;
  byId('invite').hidden = !dpa.accepted || !entitlement;
}

/** @param {{ plan: string, status: string, sessions_per_month: number | null, ends_on: string | null }} entitlement */
function planText({ plan, status, sessions_per_month: sessions, ends_on: last }) {
  const name = plan[0].toUpperCase() + plan.slice(1);
  const parts = [`${name}, ${PLAN_STATES[status] ?? status}${last ? ` until ${dayText(last, 'long')}` : ''}.`];
  return [...parts, sessions ? `${sessions} sessions a month for each member.` : 'As many sessions as you like.'].join(' ');
}

/** @param {{ limit: number, members: number, pending: number }} seats */
function seatsText({ limit, members, pending }) {
  return `${members + pending} of ${limit} seats taken: ${count(members, 'member')}, ${count(pending, 'open invitation')}`;
}

/** @param {number} n @param {string} noun */
function count(n, noun) {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** @param {() => Company} chosen @param {() => Promise<void>} onAccepted */
export function watchAgreement(chosen, onAccepted) {
  action(byId('agreement-form'), byId('agreement-note'), async () => {
    await answerOf(client.rpc('accept_dpa', { p_company_id: chosen().id, p_version: version }));
    await onAccepted();
    // The form that had the focus is gone.
    byId('email').focus();
  }, REFUSALS);
}
