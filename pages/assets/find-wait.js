// @ts-check
// Waiting for a time, where none suits: of the session and the specialist that are chosen above.
import { byId, make, tell } from './dom.js';
import { answerOf } from './failures.js';
import { REFUSALS } from './session-words.js';
import { client } from './session.js';
import { dateIn } from './times.js';
import { WAIT_REFUSALS, WEEKDAYS, waitText } from './wait-words.js';
import { action } from './work.js';

/** Monday to Friday. */
const USUAL = 5;

export function watchWait() {
  byId('wait-weekdays').replaceChildren(...WEEKDAYS.map((day, index) => make('label', { class: 'check' },
    make('input', { type: 'checkbox', value: String(index + 1), ...(index < USUAL && { checked: '' }) }), make('span', {}, day))));
  action(byId('wait-form'), byId('wait-note'), join, { ...REFUSALS, ...WAIT_REFUSALS });
}

/** The days of the week that is shown; open where nothing is free in it. @param {import('./week.js').Week} week @param {boolean} isOpen */
export function offerWait(week, isOpen) {
  const days = week.days();
  byId('wait-first').min = byId('wait-last').min = dateIn(Date.now());
  byId('wait-first').value = days[0];
  byId('wait-last').value = days.at(-1);
  if (isOpen) byId('wait').open = true;
}

async function join() {
  const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll('#wait-weekdays :checked'));
  const until = byId('wait-until').value;
  const entry = await answerOf(client.rpc('join_waiting_list', {
    p_first_day: byId('wait-first').value,
    p_last_day: byId('wait-last').value,
    p_specialist_id: byId('specialist').value || undefined,
    p_session_type_id: byId('session-type').value,
    p_weekdays: [...boxes].map((box) => Number(box.value)),
    p_from_time: byId('wait-from').value,
    // A field of time has no 24:00; midnight stands for the end of the day.
    p_until_time: until === '00:00' ? '24:00' : until,
  }));
  // What it said of the week is answered by that.
  tell(byId('times-note'), '');
  tell(byId('wait-note'), `You wait for a time: ${waitText(entry)}. You are told by mail as soon as one is held for you.`);
  byId('wait-note').append(' ', make('a', { href: '/sessions' }, 'To your sessions'));
}
