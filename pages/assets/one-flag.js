// @ts-check
// One feature flag: whom it is on for, from when until when, and for which companies otherwise.
import { watchCompanySearch } from './company-search.js';
import { byId, fillList, make, tell } from './dom.js';
import { Failure, answerOf } from './failures.js';
import { ask } from './question.js';
import { client } from './session.js';
import { fieldTime, instantOf } from './times.js';
import { action } from './work.js';

/** @typedef {{ key: string, description: string, owner: string, expires_on: string | null, variants: Record<string, unknown>, is_on: boolean, off_variant: string,
 *   rollout: [variant: string, weight: number][], starts_at: string | null, ends_at: string | null, updated_at: string }} Flag */
/** @typedef {{ company_id: string, variant: string, companies: { name: string } }} Served */

const REFUSALS = {
  flag_changed: 'Somebody has changed it meanwhile: choose it once more.',
  ends_before_start: 'It ends after it starts.',
  variant_not_found: 'The flag, or its variant, is not there any more.',
  company_not_found: 'The company is not there any more.',
};
const MOST = 500;

/** @type {Flag} */
let shown;

/** @param {() => Promise<Flag[]>} readAll shows them all, as they are now */
export function watchFlag(readAll) {
  action(byId('change'), byId('one-note'), async () => {
    if (!(await change())) return;
    await showAnew(readAll);
    tell(byId('one-note'), 'Saved: it counts from the next request on.');
  }, REFUSALS);
  action(byId('remove'), byId('one-note'), async () => {
    if (!(await ask({ title: `Take ${shown.key} away?`, text: 'What asks for it is told that there is no such flag, and does what it does without one.', yes: 'Take it away' }))) return;
    await answerOf(client.from('feature_flags').delete().eq('key', shown.key));
    byId('one').hidden = true;
    await readAll();
  }, REFUSALS);
  watchCompanySearch(byId('company'), byId('serve'));
  action(byId('serve'), byId('serve-note'), () => serve(byId('company').value, byId('variant').value), REFUSALS);
}

/** @param {Flag} flag */
export async function showFlag(flag) {
  shown = flag;
  byId('one-title').textContent = flag.key;
  byId('is_on').checked = flag.is_on;
  byId('off-words').textContent = isPhase(flag) ? 'Off, nobody begins anything new of it.' : `Off, everybody is served "${flag.off_variant}".`;
  const share = shareOf(flag);
  byId('share').value = String(share ?? '');
  byId('share').disabled = share === null;
  byId('share-field').hidden = share === null;
  byId('other-words').hidden = share !== null;
  byId('remove').hidden = isPhase(flag);
  for (const id of /** @type {const} */ (['starts_at', 'ends_at'])) byId(id).value = flag[id] && fieldTime(flag[id]);
  byId('expires_on').value = flag.expires_on ?? '';
  byId('variant').replaceChildren(...Object.keys(flag.variants).map((variant) => make('option', { value: variant }, variant)));
  for (const id of ['one-note', 'serve-note']) tell(byId(id), '');
  await showServed();
  byId('one').hidden = false;
  byId('one').scrollIntoView({ block: 'nearest' });
  byId('is_on').focus();
}

/** @param {() => Promise<Flag[]>} readAll */
async function showAnew(readAll) {
  const flag = (await readAll()).find(({ key }) => key === shown.key);
  if (flag) await showFlag(flag);
}

async function showServed() {
  /** @type {Served[]} */
  const served = await answerOf(client.from('feature_flag_companies').select('company_id, variant, companies(name)').eq('flag_key', shown.key).order('company_id').limit(MOST));
  fillList(byId('served'), served.sort((a, b) => a.companies.name.localeCompare(b.companies.name)).map(servedRow), 'None.');
}

/** @param {Served} one */
function servedRow({ company_id: company, variant, companies: { name } }) {
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': `As everybody: ${name}` }, 'As everybody');
  action(button, byId('serve-note'), () => serve(company, null), REFUSALS);
  return make('li', {}, make('span', { class: 'what' }, name), make('span', { class: 'state' }, variant), button);
}

/** @param {string} company @param {string | null} variant null: what everybody is served */
async function serve(company, variant) {
  await answerOf(client.rpc('set_company_variant', { p_flag_key: shown.key, p_company_id: company, ...(variant !== null && { p_variant: variant }) }));
  await showServed();
  tell(byId('serve-note'), variant === null ? 'They are served what everybody is.' : `They are served "${variant}".`);
}

/** Whether it was changed: switching a part of the product off is asked about first. */
async function change() {
  const isOn = byId('is_on').checked;
  if (isPhase(shown) && shown.is_on && !isOn) {
    const sure = await ask({ title: `Switch ${shown.key} off?`, text: `${shown.description}: nobody begins anything new of it from now on. What goes on, goes on.`, yes: 'Switch it off' });
    if (!sure) return false;
  }
  const [from, until] = ['starts_at', 'ends_at'].map((id) => byId(id).value && instantOf(byId(id).value));
  if (from && until && from >= until) throw new Failure('ends_before_start');
  const [share, was] = [Number(byId('share').value), shareOf(shown)];
  const fields = {
    is_on: isOn, starts_at: from || null, ends_at: until || null, expires_on: byId('expires_on').value || null,
    ...(was !== null && share !== was && { rollout: rolloutOf(share) }),
  };
  const changed = await answerOf(client.from('feature_flags').update(fields).eq('key', shown.key).eq('updated_at', shown.updated_at).select('key'));
  if (changed.length === 0) throw new Failure('flag_changed');
  return true;
}

/** @param {Flag} flag */
const isPhase = ({ key }) => key.startsWith('phase-');

/** For how many of 100 it is on; null where it has other variants than on and off. @param {Flag} flag */
function shareOf({ variants, rollout }) {
  if (Object.keys(variants).length !== 2 || variants.on !== true || variants.off !== false) return null;
  return percentOf(rollout.filter(([variant]) => variant === 'on'), rollout);
}

/** For how many of 100 a part of a rollout is. @param {Flag['rollout']} part @param {Flag['rollout']} rollout */
export const percentOf = (part, rollout) => Math.round((totalOf(part) * 100) / totalOf(rollout));

/** @param {Flag['rollout']} rollout */
const totalOf = (rollout) => rollout.reduce((sum, [, weight]) => sum + weight, 0);

/** @param {number} share @returns {[string, number][]} */
const rolloutOf = (share) => (share === 100 ? [['on', 1]] : share === 0 ? [['off', 1]] : [['on', share], ['off', 100 - share]]);
