// @ts-check
// What somebody accepts, version by version: what they have to before they begin anything new, and what they have, which they may take back.
import { byId, fillList, make, tell } from './dom.js';
import { answerOf } from './failures.js';
import { ask } from './question.js';
import { client } from './session.js';
import { shortTime } from './times.js';
import { action, load } from './work.js';

/** @typedef {'terms' | 'privacy' | 'professional_standards'} Kind */

/** @type {Record<Kind, string>} */
const NAMES = { terms: 'Terms of use', privacy: 'Privacy notice', professional_standards: 'Professional standards' };
/** What follows where it is no longer accepted. @type {Record<Kind, string>} */
const CONSEQUENCES = {
  terms: 'You begin nothing new until you accept them again. What you have stays.',
  privacy: 'You begin nothing new until you accept it again. What you have stays.',
  professional_standards: 'You are no longer a verified specialist, and nobody can book you, until you accept them again.',
};
const REFUSALS = { version_not_in_force: 'There is a newer version. Please reload this page.' };

export async function showToAccept() {
  await load(byId('to-accept'), async () => {
    const documents = await answerOf(client.rpc('documents_to_accept'));
    byId('agree').hidden = documents.length === 0;
    byId('to-accept').replaceChildren(...documents.map(rowToAccept));
  });
}

/** @param {{ document: Kind, version: string, accepted_version: string | null }} one */
function rowToAccept({ document, version, accepted_version }) {
  const since = accepted_version ? `Version ${version}. You accepted version ${accepted_version}.` : `Version ${version}.`;
  const button = make('button', { type: 'button', 'aria-label': `Accept: ${NAMES[document]}, version ${version}` }, 'Accept');
  action(button, byId('agree-note'), async () => {
    await answerOf(client.rpc('accept_document', { p_document: document, p_version: version }));
    await showToAccept();
    tell(byId('agree-note'), `You accepted: ${NAMES[document]}.`);
  }, REFUSALS);
  return make('li', {}, make('span', { class: 'what' }, make('strong', {}, NAMES[document]), make('span', { class: 'quiet' }, since)), button);
}

export async function showAccepted() {
  await load(byId('accepted'), async () => {
    const accepted = await answerOf(client
      .from('terms_acceptance')
      .select('document, version, accepted_at')
      .is('withdrawn_at', null)
      .order('accepted_at', { ascending: false })
      .order('document')
      .limit(100));
    /** @type {Map<Kind, { document: Kind, version: string, accepted_at: string }>} the latest of each */
    const latest = new Map();
    for (const one of accepted) if (!latest.has(one.document)) latest.set(one.document, one);
    fillList(byId('accepted'), [...latest.values()].map(acceptedRow), 'Nothing.');
  });
}

/** @param {{ document: Kind, version: string, accepted_at: string }} one */
function acceptedRow({ document, version, accepted_at }) {
  const detail = `Version ${version}, accepted ${shortTime(accepted_at)}`;
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': `Take back: ${NAMES[document]}` }, 'Take back');
  action(button, byId('accepted-note'), async () => {
    if (!(await ask({ title: `${NAMES[document]}: take back?`, text: CONSEQUENCES[document], yes: 'Take back' }))) return;
    await answerOf(client.rpc('withdraw_acceptance', { p_document: document }));
    await showAccepted();
    tell(byId('accepted-note'), `You no longer accept: ${NAMES[document]}. You can accept again on the first page.`);
  });
  return make('li', {}, make('span', { class: 'what' }, make('strong', {}, NAMES[document]), make('span', { class: 'quiet' }, detail)), button);
}
