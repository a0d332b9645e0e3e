// @ts-check
// When mail is read, by weekday: a day has a time from which and until which, or none.
import { byId, make } from './dom.js';

/** @typedef {{ from: string, until: string }} Hours */

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const USUAL = { from: '08:00', until: '20:00' };
const PAUSE_MILLISECONDS = 300;

/** @param {(Hours | null)[] | null} windows null: at any time */
export function fillWeek(windows) {
  byId('any_time').checked = windows === null;
  byId('week').hidden = windows === null;
  byId('week').replaceChildren(...DAYS.map((day, index) => dayRow(day, windows ? windows[index] : USUAL)));
}

/** @param {string} day @param {Hours | null} hours */
function dayRow(day, hours) {
  const { from, until } = hours ?? USUAL;
  const box = make('input', { type: 'checkbox', ...(hours ? { checked: '' } : {}) });
  const times = make(
    'span',
    { class: 'times' },
    make('input', { type: 'time', value: from, 'aria-label': `${day} from`, required: '' }),
    ' – ',
    // A field of time has no 24:00; midnight stands for the end of the day.
    make('input', { type: 'time', value: until === '24:00' ? '00:00' : until, 'aria-label': `${day} until`, required: '' }),
  );
  times.hidden = !hours;
  return make('li', {}, make('label', { class: 'check' }, box, make('span', {}, day)), times);
}

/** The windows as they are chosen; null for any time. @returns {(Hours | null)[] | null} */
export function windowsOfWeek() {
  if (byId('any_time').checked) return null;
  return [...byId('week').children].map((row) => {
    const [box, from, until] = row.querySelectorAll('input');
    return box.checked ? { from: from.value, until: until.value === '00:00' ? '24:00' : until.value } : null;
  });
}

/** @param {HTMLFormElement} form @param {() => unknown} changed called once somebody has chosen */
export function watchWeek(form, changed) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  form.addEventListener('input', () => {
    byId('week').hidden = byId('any_time').checked;
    for (const row of byId('week').children) row.querySelector('.times').hidden = !row.querySelector('[type=checkbox]').checked;
    clearTimeout(timer);
    timer = setTimeout(changed, PAUSE_MILLISECONDS);
  });
}
