// @ts-check
// The sessions of a company's people by month and pillar, exactly, for platform admins, who say why.
import { watchCompanySearch } from './company-search.js';
import { byId, make, tell } from './dom.js';
import { answerOf } from './failures.js';
import { isForAdmin } from './for-admins.js';
import { pillarNames } from './pillar-names.js';
import { client, person } from './session.js';
import { monthText } from './times.js';
import { action, load } from './work.js';

/** @typedef {{ people: number, sessions: number, missed: number, cancelled: number }} Figures */
/** @typedef {Figures & { month: string, pillars: (Figures & { pillar_id: string })[] }} Month */

const PAGE = 12;
const REFUSALS = { company_not_found: 'The company is not there any more.' };

/** @type {Map<string, string>} */
let pillars = new Map();
/** What was asked for last, and the last month of it. @type {{ company: string, reason: string, after?: string }} */
let asked = { company: '', reason: '' };

if (person) {
  watchCompanySearch(byId('company'), byId('read'));
  action(byId('read'), byId('read-note'), async () => {
    byId('months').hidden = true;
    byId('rows').replaceChildren();
    asked = { company: byId('company').value, reason: byId('reason').value };
    byId('months-title').textContent = byId('company').selectedOptions[0].textContent;
    await read();
  }, REFUSALS);
  action(byId('more'), byId('read-note'), read, REFUSALS);
  await load(byId('figures'), fill);
}

async function fill() {
  if (!(await isForAdmin(byId('work')))) return;
  pillars = await pillarNames();
}

async function read() {
  /** @type {Month[]} */
  const months = await answerOf(client.rpc('read_company_figures', { p_company_id: asked.company, p_reason: asked.reason, p_after: asked.after, p_limit: PAGE }));
  asked.after = months.at(-1)?.month ?? asked.after;
  byId('rows').append(...months.flatMap(rowsOf));
  byId('more').hidden = months.length < PAGE;
  const isEmpty = byId('rows').childElementCount === 0;
  byId('months').hidden = isEmpty;
  if (isEmpty) tell(byId('read-note'), 'Nobody of it has had a session.');
}

/** @param {Month} one */
function rowsOf({ month, pillars: parts, ...all }) {
  const byName = parts.map(({ pillar_id: id, ...figures }) => ({ name: pillars.get(id) ?? 'Another', figures })).sort((a, b) => a.name.localeCompare(b.name));
  return [row(monthText(month), 'All', all), ...byName.map(({ name, figures }) => row('', name, figures))];
}

/** @param {string} month @param {string} pillar @param {Figures} figures */
const row = (month, pillar, { people, sessions, missed, cancelled }) =>
  make('tr', {}, make(month ? 'th' : 'td', month ? { scope: 'row' } : {}, month), make('td', { class: 'words' }, pillar), ...[people, sessions, missed, cancelled].map((count) => make('td', {}, count.toLocaleString('en-GB'))));
