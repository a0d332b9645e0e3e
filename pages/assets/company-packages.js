// @ts-check
// Packages that a company gives its members, and the sums of what it gave in a month.
import { REFUSALS } from './company-words.js';
import { byId, fillList, make, tell } from './dom.js';
import { answerOf } from './failures.js';
import { client } from './session.js';
import { fillSessionTypes } from './session-types.js';
import { dateIn, daysAfter, monthText } from './times.js';
import { action } from './work.js';

/** @typedef {{ id: string, name: string }} Company */
/** @typedef {{ month: string, sessions_given: number | null }} Month */

/** @param {() => Company} chosen */
export function watchPackage(chosen) {
  const today = dateIn(Date.now());
  byId('package-last').min = today;
  byId('package-last').value = daysAfter(today, 180);
  action(byId('package-form'), byId('package-note'), async () => {
    const member = byId('package-member');
    await answerOf(client.rpc('grant_company_package', {
      p_company_id: chosen().id, p_user_id: member.value, p_session_type_id: byId('package-type').value,
      p_sessions: Number(byId('package-sessions').value), p_expires_on: byId('package-last').value,
    }));
    tell(byId('package-note'), `${member.selectedOptions[0].textContent} has the package, and finds it under Sessions.`);
  }, REFUSALS);
}

/** @param {Company} company */
export async function showPackageMonths(company) {
  const [months] = await Promise.all([
    answerOf(client.from('company_package_months').select('month, sessions_given').eq('company_id', company.id).order('month', { ascending: false }).limit(12)),
    fillSessionTypes(byId('package-type')),
  ]);
  fillList(byId('package-months'), months.map(row), 'None yet. A month is shown some days after its end.');
}

/** @param {Month} one */
function row({ month, sessions_given: given }) {
  return make('li', {}, make('span', {}, monthText(month)), make('span', { class: 'state' }, `Given: ${sumText(given)}.`));
}

/** @param {number | null} sum rounded down to fives; null: of fewer than five people */
const sumText = (sum) => (sum === null ? 'of fewer than five people' : `${sum} or a few more`);
