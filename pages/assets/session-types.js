// @ts-check
// The types of session on offer, to choose from.
import { make } from './dom.js';
import { answerOf } from './failures.js';
import { client } from './session.js';

/** @param {HTMLElement} select */
export async function fillSessionTypes(select) {
  const types = await answerOf(client.from('session_types').select('id, name, pillars!session_types_pillar_id_fkey(name)').eq('is_active', true).order('name').limit(1000));
  select.replaceChildren(...types.map((/** @type {any} */ one) => make('option', { value: one.id }, `${one.pillars?.name}: ${one.name}`)));
}
