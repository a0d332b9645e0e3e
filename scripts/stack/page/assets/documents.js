// @ts-check
// The page of somebody who offers sessions, or wants to: how they stand, and what they hand in.
import { showDocuments } from './document-list.js';
import { watchUpload } from './document-upload.js';
import { refusal, standingText } from './document-words.js';
import { byId, make, onSubmit, tell } from './dom.js';
import { client, person } from './session.js';

let version = '';

if (person) {
  const upload = watchUpload(show);
  onSubmit(byId('standards'), async () => {
    const { error } = await client.rpc('accept_document', { p_document: 'professional_standards', p_version: version });
    if (error) return tell(byId('upload-note'), refusal(error.message), true);
    await show();
    // The form that had the focus is gone.
    byId('title').focus();
  });
  onSubmit(byId('apply-form'), apply);
  await show();

  async function show() {
    const { data, error } = await client.rpc('my_verification');
    if (error) return tell(byId('apply-note'), refusal(error.message), true);
    byId('apply').hidden = data !== null;
    byId('specialist').hidden = data === null;
    if (!data) return showPillars();
    version = data.standards.version;
    byId('standing').textContent = standingText(data);
    byId('standards').hidden = data.standards.accepted;
    byId('agreed-text').textContent = `I work by version ${version} of the professional standards.`;
    await showDocuments(data.specialist_id, upload.replace);
  }
}

async function showPillars() {
  const { data } = await client.from('pillars').select('id, name, pillar_required_documents(document_type)').order('sort_order');
  byId('pillars').replaceChildren(...(data ?? []).map((/** @type {any} */ pillar) => {
    const required = pillar.pillar_required_documents.map((/** @type {any} */ one) => one.document_type).join(', ');
    const box = make('input', { type: 'checkbox', name: 'pillar', value: pillar.id });
    return make('label', { class: 'check' }, box, make('span', {}, pillar.name), make('span', { class: 'hint' }, required && `takes: ${required}`));
  }));
}

async function apply() {
  const chosen = [...document.querySelectorAll('input[name=pillar]:checked')].map((box) => /** @type {HTMLInputElement} */ (box).value);
  if (chosen.length === 0) return tell(byId('apply-note'), 'Choose at least one pillar, please.', true);
  const applicant = { display_name: byId('display-name').value.trim(), time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  const { data, error } = await client.from('specialists').insert(applicant).select('id').single();
  if (error) return tell(byId('apply-note'), 'That did not work. Please look at the name again.', true);
  await client.from('specialist_pillars').insert(chosen.map((pillar_id) => ({ specialist_id: data.id, pillar_id })));
  location.reload();
}
