// @ts-check
// The page of somebody who offers sessions, or wants to: how they stand, and what they hand in.
import { showDocuments } from './document-list.js';
import { watchUpload } from './document-upload.js';
import { TYPES, refusal, standingText } from './document-words.js';
import { byId, make, onSubmit, tell } from './dom.js';
import { client, person } from './session.js';

let version = '';
/** Who has applied and is in no pillar: something failed in between. @type {string | null} */
let unplaced = null;

if (person) {
  const upload = watchUpload(show);
  onSubmit(byId('standards'), async () => {
    const { error } = await client.rpc('accept_document', { p_document: 'professional_standards', p_version: version });
    tell(byId('standards-note'), error ? refusal(error.message) : '', true);
    if (error) return;
    await show();
    // The form that had the focus is gone.
    byId('title').focus();
  });
  onSubmit(byId('apply-form'), apply);
  await show();

  async function show() {
    const [{ data, error }, own] = await Promise.all([
      client.rpc('my_verification'),
      client.from('specialists').select('display_name, specialist_pillars(pillar_id)').eq('user_id', person.id).maybeSingle(),
    ]);
    const failed = error ?? own.error;
    if (failed) return showUnread(failed);
    byId('unread').hidden = true;
    unplaced = data?.status === 'pending' && own.data?.specialist_pillars.length === 0 ? data.specialist_id : null;
    const isApplying = !data || unplaced !== null;
    byId('apply').hidden = !isApplying;
    byId('specialist').hidden = isApplying;
    if (isApplying) return showPillars(own.data?.display_name);
    version = data.standards.version;
    byId('standing').textContent = standingText(data);
    byId('standards').hidden = data.standards.accepted;
    byId('agreed-text').textContent = `I work by version ${version} of the professional standards.`;
    await showDocuments(data.specialist_id, upload.replace);
  }
}

/** What is shown already stays: there may be a file to be uploaded again. @param {{ message: string }} error */
function showUnread({ message }) {
  byId('unread').hidden = !byId('specialist').hidden;
  byId('unread-note').textContent = refusal(message);
}

/** @param {string} [name] of whoever has given one already */
async function showPillars(name) {
  byId('display-name').value = name ?? '';
  byId('display-name').disabled = name !== undefined;
  const { data } = await client.from('pillars').select('id, name, pillar_required_documents(document_type)').order('sort_order');
  byId('pillars').replaceChildren(...(data ?? []).map((/** @type {any} */ pillar) => {
    const required = pillar.pillar_required_documents.map((/** @type {any} */ one) => TYPES[one.document_type].toLowerCase()).join(', ');
    const box = make('input', { type: 'checkbox', name: 'pillar', value: pillar.id });
    return make('label', { class: 'check' }, box, make('span', {}, pillar.name), make('span', { class: 'hint' }, required && `takes: ${required}`));
  }));
}

async function apply() {
  const chosen = [...document.querySelectorAll('input[name=pillar]:checked')].map((box) => /** @type {HTMLInputElement} */ (box).value);
  if (chosen.length === 0) return tell(byId('apply-note'), 'Choose at least one pillar, please.', true);
  const id = unplaced ?? (await makeApplication());
  if (!id) return tell(byId('apply-note'), 'That did not work. Please look at the name again.', true);
  const { error } = await client.from('specialist_pillars').insert(chosen.map((pillar_id) => ({ specialist_id: id, pillar_id })));
  if (!error) return location.reload();
  unplaced = id;
  byId('display-name').disabled = true;
  tell(byId('apply-note'), 'Your name is kept, the pillars are not yet. Please try again in a moment.', true);
}

/** @returns {Promise<string | undefined>} its id, unless it was refused */
async function makeApplication() {
  const applicant = { display_name: byId('display-name').value.trim(), time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  const { data } = await client.from('specialists').insert(applicant).select('id').single();
  return data?.id;
}
