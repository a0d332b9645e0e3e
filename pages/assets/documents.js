// @ts-check
// The page of somebody who offers sessions, or wants to: how they stand, and what they hand in.
import { showDocuments } from './document-list.js';
import { watchUpload } from './document-upload.js';
import { REFUSALS, TYPES, standingText } from './document-words.js';
import { byId, make } from './dom.js';
import { Failure, answerOf } from './failures.js';
import { client, person } from './session.js';
import { action, load } from './work.js';

let version = '';
/** Who has applied and is in no pillar: something failed in between. @type {string | null} */
let unplaced = null;

if (person) {
  const upload = watchUpload(show);
  action(byId('standards'), byId('standards-note'), async () => {
    await answerOf(client.rpc('accept_document', { p_document: 'professional_standards', p_version: version }));
    await show();
    // The form that had the focus is gone.
    byId('title').focus();
  }, REFUSALS);
  action(byId('apply-form'), byId('apply-note'), apply, { 23514: 'Please look at the name again.' });
  await show();

  async function show() {
    await load(byId('content'), fill, REFUSALS);
  }

  async function fill() {
    const [standing, own] = await Promise.all([
      answerOf(client.rpc('my_verification')),
      answerOf(client.from('specialists').select('display_name, specialist_pillars(pillar_id)').eq('user_id', person.id).maybeSingle()),
    ]);
    unplaced = standing?.status === 'pending' && own?.specialist_pillars.length === 0 ? standing.specialist_id : null;
    const isApplying = !standing || unplaced !== null;
    byId('apply').hidden = !isApplying;
    byId('specialist').hidden = isApplying;
    if (isApplying) return showPillars(own?.display_name);
    version = standing.standards.version;
    byId('standing').textContent = standingText(standing);
    byId('standards').hidden = standing.standards.accepted;
    byId('agreed-text').textContent = `I work by version ${version} of the professional standards.`;
    await load(byId('documents'), () => showDocuments(standing.specialist_id, upload.replace), REFUSALS);
  }
}

/** @param {string} [name] of whoever has given one already */
async function showPillars(name) {
  byId('display-name').value = name ?? '';
  byId('display-name').disabled = name !== undefined;
  const pillars = await answerOf(client.from('pillars').select('id, name, pillar_required_documents(document_type)').order('sort_order'));
  byId('pillars').replaceChildren(...pillars.map((/** @type {any} */ pillar) => {
    const required = pillar.pillar_required_documents.map((/** @type {any} */ one) => TYPES[one.document_type].toLowerCase()).join(', ');
    const box = make('input', { type: 'checkbox', name: 'pillar', value: pillar.id });
    return make('label', { class: 'check' }, box, make('span', {}, pillar.name), make('span', { class: 'hint' }, required && `takes: ${required}`));
  }));
}

async function apply() {
  const chosen = [...document.querySelectorAll('input[name=pillar]:checked')].map((box) => /** @type {HTMLInputElement} */ (box).value);
  if (chosen.length === 0) throw new Failure('', 'Choose at least one pillar, please.');
  unplaced ??= await makeApplication();
  byId('display-name').disabled = true;
  const { error } = await client.from('specialist_pillars').insert(chosen.map((pillar_id) => ({ specialist_id: unplaced, pillar_id })));
  if (error) throw new Failure('', 'Your name is kept, the pillars are not yet. Please try again in a moment.');
  location.reload();
}

/** @returns {Promise<string>} its id */
async function makeApplication() {
  const applicant = { display_name: byId('display-name').value.trim(), time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  const { id } = await answerOf(client.from('specialists').insert(applicant).select('id').single());
  return id;
}
