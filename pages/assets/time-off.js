// @ts-check
// Time off of a specialist, in their own wall time. Where sessions are in the way it is taken only once they have said what becomes of them.
import { byId, fillList, make, tell } from './dom.js';
import { answerOf } from './failures.js';
import { client } from './session.js';
import { fullTime } from './times.js';
import { action, load } from './work.js';

/** @typedef {{ starts_at: string, session_type: string }} InTheWay */

/** @param {string} timeZone the specialist's @param {() => Promise<unknown>} onTaken */
export function watchTimeOff(timeZone, onTaken) {
  const note = byId('off-note');
  action(byId('take-off'), note, () => take(null));
  action(byId('off-keep'), note, () => take('keep'));
  action(byId('off-cancel'), note, () => take('cancel'));
  byId('off-zone').textContent = `As a clock in ${timeZone} shows it, where you work.`;
  void showExceptions();

  /** @param {'keep' | 'cancel' | null} sessions what becomes of those in the way */
  async function take(sessions) {
    const answer = await answerOf(client.rpc('take_time_off', {
      p_starts_at: byId('off-from').value, p_ends_at: byId('off-until').value, p_sessions: sessions ?? undefined,
    }));
    byId('in-the-way').hidden = answer.time_off_id !== null;
    byId('of-series').hidden = answer.series.length === 0;
    byId('of-series-list').replaceChildren(...answer.series.map(inTheWayRow));
    if (answer.time_off_id === null) return showInTheWay(answer.sessions);
    byId('take-off').reset();
    await Promise.all([showExceptions(), onTaken()]);
    tell(note, sessions === 'cancel' ? 'You are off then. Whoever had a session is told.' : 'You are off then.');
  }

  async function showExceptions() {
    await load(byId('exceptions'), async () => {
      const asked = client.from('specialist_availability_exceptions').select('id, kind, starts_at, ends_at').order('starts_at').limit(200);
      const rows = (await answerOf(asked)).filter((/** @type {any} */ one) => one.ends_at > wallNow(timeZone)).map(exceptionRow);
      fillList(byId('exceptions'), rows, 'None is planned.');
    });
  }

  /** @param {{ id: string, kind: string, starts_at: string, ends_at: string }} one */
  function exceptionRow({ id, kind, starts_at: from, ends_at: until }) {
    const span = `${wallText(from)} to ${wallText(until)}`;
    const button = make('button', { type: 'button', class: 'plain', 'aria-label': `Take back ${span}` }, 'Take back');
    action(button, note, async () => {
      await answerOf(client.from('specialist_availability_exceptions').delete().eq('id', id));
      await showExceptions();
    });
    return make('li', {}, make('span', { class: 'what' }, `${kind === 'time_off' ? 'Off' : 'Extra hours'}: ${span}`), button);
  }
}

/** @param {InTheWay} one */
const inTheWayRow = (one) => make('li', {}, make('span', { class: 'what' }, make('strong', {}, one.session_type), fullTime(one.starts_at)));

/** @param {InTheWay[]} sessions */
function showInTheWay(sessions) {
  byId('in-the-way-list').replaceChildren(...sessions.map(inTheWayRow));
  byId('in-the-way-title').focus();
}

/** What the clock on a wall shows, as 2026-11-28T14:30:00. @param {string} timeZone */
const wallNow = (timeZone) => new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone }).format(new Date()).replace(' ', 'T');

/** @param {string} wall */
const wallText = (wall) => new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(`${wall}Z`));
