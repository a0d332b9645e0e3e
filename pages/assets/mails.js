// @ts-check
// The texts of mails, for platform admins: one is chosen, written beside its preview, and published.
import { byId, make, tell } from './dom.js';
import { answerOf, bodyOf } from './failures.js';
import { isForAdmin } from './for-admins.js';
import { showPreview, watchPreview } from './mail-preview.js';
import { CATEGORIES, nameOf } from './mail-words.js';
import { ask } from './question.js';
import { callAsPerson, client, person } from './session.js';
import { action, load } from './work.js';

/** @typedef {{ key: string, category: string, about: string }} Kind */
/** What the texts of a kind may say. @typedef {{ has_link: boolean, is_refusable: boolean, pages: string[], samples: Record<string, unknown>, optional: string[] }} Bounds */
/** @typedef {{ id: number, key: string, locale: string, version: number, published_at: string | null }} Version */

const LANGUAGES = ['en', 'de', 'es', 'fr', 'it', 'nl', 'pl', 'pt'];
const FIELDS = { subject: 'subject', html: 'html', text: 'plain' };
const REFUSALS = {
  conflict: 'Somebody has saved another version meanwhile. Choose the mail once more to see it; copy what you wrote first.',
  rule_violation: 'This text cannot be sent yet: see beside the preview.',
};

/** @type {Kind[]} */
let kinds = [];
/** Every version, the latest first. @type {Version[]} */
let versions = [];
/** What is being written follows this one; null where the language has no text yet. @type {Version | null} */
let latest = null;
/** As it was kept last, to know whether anything changed. */
let kept = '';
/** @type {[kind: string, language: string]} */
let chosen = ['', ''];

if (person) {
  for (const id of ['kind', 'language']) byId(id).addEventListener('change', change);
  watchPreview(byId('text'), draft);
  action(byId('text'), byId('text-note'), publish, REFUSALS);
  action(byId('save'), byId('text-note'), saveDraft, REFUSALS);
  action(byId('try'), byId('text-note'), tryOut, REFUSALS);
  await load(byId('texts'), fill);
}

async function fill() {
  if (!(await isForAdmin(byId('mails')))) return;
  kinds = await answerOf(client.from('email_kinds').select('key, category, about').order('key'));
  await readVersions();
  byId('kind').replaceChildren(...Object.entries(CATEGORIES).map(([category, name]) => make(
    'optgroup',
    { label: name },
    ...kinds.filter((kind) => kind.category === category).map(({ key }) => make('option', { value: key }, nameOf(key))),
  )));
  await load(byId('text'), show);
}

async function readVersions() {
  versions = await answerOf(client.from('email_templates').select('id, key, locale, version, published_at').order('version', { ascending: false }));
}

/** @param {string} key @param {string} locale */
function latestOf(key, locale) {
  return versions.find((one) => one.key === key && one.locale === locale) ?? null;
}

/** Another mail or language is chosen; what was written and not kept is asked about first. */
async function change() {
  const [kind, language] = chosen;
  if (isChanged() && !(await ask({ title: 'Leave this text?', text: 'What you have changed in it is not saved.', yes: 'Leave it' }))) {
    byId('kind').value = kind;
    byId('language').value = language;
    return;
  }
  tell(byId('text-note'), '');
  await load(byId('text'), show);
}

/** Shows the latest version of the mail and language that are chosen. */
async function show() {
  const key = byId('kind').value;
  showLanguages(key);
  const language = byId('language').value;
  chosen = [key, language];
  latest = latestOf(key, language);
  const shown = latest ?? latestOf(key, 'en');
  const [bounds, text] = await Promise.all([
    answerOf(client.rpc('email_kind', { p_key: key })),
    answerOf(client.from('email_templates').select('subject, html, text').eq('id', shown?.id).single()),
  ]);
  if (chosen[0] !== key || chosen[1] !== language) return;
  for (const [part, id] of Object.entries(FIELDS)) byId(id).value = text[part];
  kept = JSON.stringify(draft());
  byId('about').textContent = kinds.find((kind) => kind.key === key)?.about ?? '';
  byId('version').textContent = stateOf(language);
  byId('variables').replaceChildren(...variablesOf(bounds));
  await showPreview(draft());
}

/** @param {string} key */
function showLanguages(key) {
  const before = byId('language').value || 'en';
  const all = [...new Set([...LANGUAGES, ...versions.filter((one) => one.key === key).map(({ locale }) => locale)])];
  const name = new Intl.DisplayNames('en', { type: 'language' });
  byId('language').replaceChildren(...all.map((locale) => make('option', { value: locale }, name.of(locale) ?? locale)));
  byId('language').value = all.includes(before) ? before : 'en';
}

/** @param {string} language */
function stateOf(language) {
  if (!latest) return 'There is no text in this language: people get the English one, which is shown here to begin with.';
  return latest.published_at
    ? `Version ${latest.version} is in force.`
    : `Version ${latest.version} is a draft. Until it is published, people get ${inForce(language)}.`;
}

/** @param {string} language */
function inForce(language) {
  const published = versions.find((one) => one.key === chosen[0] && one.locale === language && one.published_at);
  return published ? `version ${published.version}` : 'the English text';
}

/** @param {Bounds} bounds */
function variablesOf({ samples, optional, has_link: hasLink, is_refusable: isRefusable, pages }) {
  const lines = Object.entries(samples).map(([name, sample]) => {
    const shown = /_(at|on)$/.test(name) ? `${name}_local` : name;
    const value = typeof sample === 'object' ? 'a list' : String(sample);
    return [`{{${shown}}}`, `${value}${optional.includes(name) ? ' (may be nothing)' : ''}`];
  });
  const links = [...(hasLink ? [['{{link}}', 'the link of this mail']] : []), ...(isRefusable ? [['{{unsubscribe_url}}', 'where its reader refuses mails like it']] : []), ...pages.map((page) => [`{{site_url}}/${page}`, 'a page'])];
  return [...lines, ...links, ['{{product_name}}', 'the name of the product']]
    .map(([name, value]) => make('li', {}, make('code', {}, name), make('span', { class: 'quiet' }, value)));
}

/** The text as it is written now. */
function draft() {
  const parts = Object.fromEntries(Object.entries(FIELDS).map(([part, id]) => [part, byId(id).value]));
  return { key: chosen[0], locale: chosen[1], ...parts };
}

function isChanged() {
  return chosen[0] !== '' && JSON.stringify(draft()) !== kept;
}

async function publish() {
  const language = byId('language').selectedOptions[0].textContent;
  const sure = await ask({
    title: 'Publish this text?',
    text: `From now on people who read ${language} get it. It cannot be changed then, only followed by another.`,
    yes: 'Publish',
  });
  if (!sure) return;
  await keep(true);
  tell(byId('text-note'), 'Published: mails are written by it from now on.');
}

async function saveDraft() {
  await keep(false);
  tell(byId('text-note'), 'Saved as a draft.');
}

async function tryOut() {
  const id = isChanged() || !latest ? await keep(false) : latest.id;
  await answerOf(client.rpc('send_test_email', { p_template_id: id }));
  tell(byId('text-note'), `It is on its way to ${person.email}.`);
}

/** Keeps what is written as the next version. @param {boolean} isPublished @returns {Promise<number>} */
async function keep(isPublished) {
  const written = draft();
  const { id } = await bodyOf(callAsPerson('email-templates/save', { ...written, after_version: latest?.version ?? 0, publish: isPublished }));
  await readVersions();
  latest = latestOf(written.key, written.locale);
  kept = JSON.stringify(written);
  byId('version').textContent = stateOf(written.locale);
  return id;
}

addEventListener('beforeunload', (event) => {
  if (isChanged()) event.preventDefault();
});
