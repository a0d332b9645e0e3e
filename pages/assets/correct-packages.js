// @ts-check
// Correcting the packages of a person: a platform admin finds them by the id of the account, and says why.
import { byId, make, tell } from './dom.js';
import { Failure, answerOf } from './failures.js';
import { accountId } from './read-ids.js';
import { client } from './session.js';
import { dayText } from './times.js';
import { action } from './work.js';

/** @typedef {{ package_id: string, session_type: string, sessions: number, sessions_left: number, expires_on: string }} Package */

const REFUSALS = {
  person_not_found: 'There is no such person.',
  package_not_found: 'The package is not there any more.',
  no_package: 'They have no package.',
  no_change: 'Say how many more or fewer, or another last day.',
};

/** @type {Package[]} */
let packages = [];

export function watchCorrections() {
  // Whoever is looked for anew has other packages.
  byId('owner').addEventListener('input', () => (byId('correct-form').hidden = true));
  action(byId('find-form'), byId('correct-note'), find, REFUSALS);
  action(byId('correct-form'), byId('correct-note'), correct, REFUSALS);
}

async function find() {
  byId('correct-form').hidden = true;
  const record = await answerOf(client.rpc('read_person', { p_user_id: accountId(byId('owner').value), p_reason: byId('why').value }));
  packages = record.packages;
  if (packages.length === 0) throw new Failure('no_package');
  byId('which').replaceChildren(...packages.map((one) => make('option', { value: one.package_id }, textOf(one))));
  byId('correct-form').hidden = false;
}

async function correct() {
  const [id, change, until] = [byId('which').value, Number(byId('change').value), byId('until').value];
  if (change === 0 && !until) throw new Failure('no_change');
  const left = await answerOf(client.rpc('correct_package', {
    p_package_id: id, p_change: change, p_reason: byId('why').value, ...(until && { p_expires_on: until }),
  }));
  packages = packages.map((one) => one.package_id === id ? { ...one, sessions: one.sessions + change, sessions_left: left, expires_on: until || one.expires_on } : one);
  const corrected = packages.find((one) => one.package_id === id);
  for (const option of byId('which').options) if (option.value === id && corrected) option.textContent = textOf(corrected);
  [byId('change').value, byId('until').value] = ['0', ''];
  tell(byId('correct-note'), `Corrected. ${left} ${left === 1 ? 'session is' : 'sessions are'} left.`);
}

/** @param {Package} one */
const textOf = (one) => `${one.session_type}: ${one.sessions_left} of ${one.sessions} left, until ${dayText(one.expires_on, 'long')}`;
