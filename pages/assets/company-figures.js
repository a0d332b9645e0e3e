// @ts-check
// About how many people of a company had a session, by month and pillar, as it was told.
import { REFUSALS } from './company-words.js';
import { byId, fillList, make } from './dom.js';
import { answerOf } from './failures.js';
import { pillarNames } from './pillar-names.js';
import { client } from './session.js';
import { monthText } from './times.js';
import { action } from './work.js';

/** @typedef {{ id: string, name: string }} Company */
/** @typedef {{ month: string, people: number | null, pillars: { pillar_id: string, people: number | null }[] }} Month */

const PAGE = 12;
/** Only what somebody could have a session of now. @type {Map<string, string>} */
let pillars = new Map();
/** The last month that is shown. @type {string | undefined} */
let last;

/** @param {() => Company} chosen */
export function watchFigures(chosen) {
  action(byId('figures-more'), byId('figures-note'), async () => {
    const months = await figures(chosen(), last);
    byId('figures').append(...months.map(row));
  }, REFUSALS);
}

/** @param {Company} company */
export async function showFigures(company) {
  const [months, named] = await Promise.all([figures(company), pillarNames()]);
  pillars = named;
  fillList(byId('figures'), months.map(row), 'None yet. A month is told five days after its end.');
}

/** @param {Company} company @param {string} [after] @returns {Promise<Month[]>} */
async function figures(company, after) {
  const months = await answerOf(client.rpc('company_analytics', { p_company_id: company.id, p_after: after, p_limit: PAGE }));
  last = months.at(-1)?.month;
  byId('figures-more').hidden = months.length < PAGE;
  return months;
}

/** @param {Month} one */
function row({ month, people, pillars: parts }) {
  const name = monthText(month);
  const told = parts.filter((part) => part.people !== null && pillars.has(part.pillar_id));
  const words = told.map((part) => `${pillars.get(part.pillar_id)}: about ${part.people}`).sort().join(', ');
  if (people === null && !words) return make('li', {}, make('span', { class: 'what' }, name), make('span', { class: 'state' }, 'Withheld'));
  return make('li', {}, make('span', { class: 'what' }, name), make('span', { class: 'state' }, people === null ? 'All: withheld' : `All: about ${people}`),
    make('span', { class: 'told' }, words ? `${words}.${told.length < parts.length ? ' Others: withheld.' : ''}` : 'Each pillar: withheld.'));
}
