// @ts-check
// What whoever is signed in waits for.
import { byId, make, tell } from './dom.js';
import { answerOf } from './failures.js';
import { client } from './session.js';
import { WAIT_REFUSALS, waitText } from './wait-words.js';
import { action, load } from './work.js';

/** @param {() => Promise<unknown>} onLeft what is held for them goes along */
export async function showWaiting(onLeft) {
  await load(byId('waiting'), async () => {
    const entries = await answerOf(client
      .from('waiting_list_entries')
      .select('id, first_day, last_day, weekdays, from_time, until_time, specialists(display_name), session_types(name), pillars(name)')
      .eq('status', 'waiting')
      .gt('expires_at', new Date().toISOString())
      .order('joined_at')
      .limit(50));
    byId('waiting-card').hidden = entries.length === 0;
    byId('waiting').replaceChildren(...entries.map((/** @type {any} */ one) => row(one, onLeft)));
  });
}

/** @param {any} entry @param {() => Promise<unknown>} onLeft */
function row(entry, onLeft) {
  const title = `${entry.session_types?.name ?? entry.pillars?.name ?? 'A session'} with ${entry.specialists?.display_name ?? 'anybody'}`;
  const leave = make('button', { type: 'button', class: 'plain', 'aria-label': `Wait no longer for ${title}` }, 'Wait no longer');
  action(leave, byId('note'), async () => {
    await answerOf(client.rpc('leave_waiting_list', { p_entry_id: entry.id }));
    await onLeft();
    tell(byId('note'), `You wait no longer for ${title}.`);
  }, WAIT_REFUSALS);
  return make('li', {}, make('span', { class: 'what' }, make('strong', {}, title), make('span', {}, waitText(entry))), make('span', { class: 'actions' }, leave));
}
