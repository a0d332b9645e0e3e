// @ts-check
// Companies by their name, for platform admins, who have more of them than fit into a list.
import { byId, make, tell } from './dom.js';
import { Failure, answerOf } from './failures.js';
import { client } from './session.js';
import { action } from './work.js';

const MOST = 20;
const REFUSALS = { no_company: 'No company is called that.' };

/** Offers the companies that are found in a select, and shows the form in which it is. @param {HTMLSelectElement} select @param {HTMLElement} form */
export function watchCompanySearch(select, form) {
  byId('company-name').addEventListener('input', () => (form.hidden = true));
  action(byId('company-search'), byId('company-note'), async () => {
    form.hidden = true;
    const found = await companiesCalled(byId('company-name').value.trim());
    if (found.length === 0) throw new Failure('no_company');
    if (found.length > MOST) tell(byId('company-note'), `There are more than these ${MOST}: type more of the name.`);
    select.replaceChildren(...found.slice(0, MOST).map(({ id, name }) => make('option', { value: id }, name)));
    form.hidden = false;
  }, REFUSALS);
}

/** One more than are shown. @param {string} name @returns {Promise<{ id: string, name: string }[]>} */
const companiesCalled = (name) => answerOf(client.from('companies').select('id, name').ilike('name', `%${name.replace(/[\\%_]/g, '\\$&')}%`).order('name').order('id').limit(MOST + 1));
