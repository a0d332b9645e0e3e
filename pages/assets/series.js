// @ts-check
// The series of a person: what is not booked of each, with what can be done about it, and how it is changed and stopped.
import { byId, make } from './dom.js';
import { answerOf } from './failures.js';
import { SERIES_REFUSALS, goesOn, reasonText, seriesText } from './series-words.js';
import { titleOf } from './session-words.js';
import { client, person } from './session.js';
import { offerStop } from './stop-series.js';
import { fullTime, shortTime } from './times.js';
import { action, load } from './work.js';

const COLUMNS = `id, status, rule, wall_starts_at, time_zone, specialists(display_name), session_types(name),
  recurring_booking_occurrences(on_day, starts_at, outcome, refusal, bookings(id, starts_at, status))`;
const OVER = ['cancelled', 'declined', 'lapsed'];

/** @typedef {{ on_day: string, starts_at: string, outcome: string, refusal: string | null, bookings: { id: string, starts_at: string, status: string } | null }} Day */

/** @param {(text: string) => Promise<unknown>} onDone shows the sessions anew, and says what was done */
export async function showSeries(onDone) {
  await load(byId('series'), async () => {
    const all = await answerOf(client.from('recurring_bookings').select(COLUMNS).eq('employee_id', person.id).neq('status', 'stopped').order('created_at', { ascending: false })
      .order('on_day', { referencedTable: 'recurring_booking_occurrences' }).limit(50));
    const rows = all.map((/** @type {any} */ one) => rowOf(one, onDone)).filter(Boolean);
    byId('series').replaceChildren(...rows);
    byId('series-card').hidden = rows.length === 0;
  });
}

/** @param {any} series @param {(text: string) => Promise<unknown>} onDone @returns {HTMLElement | null} null of one that is over */
function rowOf(series, onDone) {
  const title = titleOf(series);
  const coming = series.recurring_booking_occurrences.filter(isToCome);
  if (series.status === 'ended' && coming.length === 0) return null;
  const open = coming.filter((/** @type {Day} */ one) => isOpen(one) || one.refusal);
  const what = make('div', { class: 'what' }, make('strong', {}, title), make('span', {}, seriesText(series)), make('span', { class: 'quiet' }, standing(series, coming)));
  if (open.length > 0) what.append(make('ul', { class: 'rows' }, ...open.map((/** @type {Day} */ one) => dayRow(series.id, title, one, onDone))));
  return make('li', {}, what, actionsOf(series, title, coming, onDone));
}

/** @param {Day} day */
const isToCome = ({ starts_at: at }) => Date.parse(at) > Date.now();

/** Not booked, or no longer. @param {Day} day */
const isOpen = ({ outcome, bookings }) => outcome !== 'booked' || OVER.includes(bookings?.status ?? 'cancelled');

/** @param {any} series @param {Day[]} coming */
function standing(series, coming) {
  const booked = coming.filter((one) => !isOpen(one));
  const until = booked.at(-1)?.bookings?.starts_at;
  const text = until ? `${booked.length} to come, until ${shortTime(until)}.` : 'None is booked.';
  return goesOn(series, series.recurring_booking_occurrences) ? `${text} Others are booked as their time comes.` : text;
}

/** @param {string} id @param {string} title @param {Day} day @param {(text: string) => Promise<unknown>} onDone */
function dayRow(id, title, day, onDone) {
  const at = fullTime(day.starts_at);
  if (!isOpen(day)) return make('li', {}, make('span', { class: 'what' }, `${at}: stays at ${shortTime(day.bookings?.starts_at ?? day.starts_at)}. ${reasonText(day.refusal ?? '')}`));
  const actions = make('span', { class: 'actions' },
    act('Book it', at, 'add_to_series', `${title} is booked for ${at}.`),
    make('a', { href: `/find?series=${id}&day=${day.on_day}`, 'aria-label': `Another time of that week for ${at}` }, 'Another time'));
  if (day.outcome !== 'left_out') actions.append(act('Leave out', at, 'leave_out', `${at} is left out.`));
  return make('li', {}, make('span', { class: 'what' }, make('span', {}, at), make('span', { class: 'quiet' }, whyOpen(day))), actions);

  /** @param {string} label @param {string} when @param {string} call @param {string} outcome */
  function act(label, when, call, outcome) {
    const button = make('button', { type: 'button', class: 'plain', 'aria-label': `${label}: ${when}` }, label);
    action(button, byId('note'), async () => {
      await answerOf(client.rpc(call, { p_series_id: id, p_on_day: day.on_day }));
      await onDone(outcome);
    }, SERIES_REFUSALS);
    return button;
  }
}

/** @param {Day} day */
function whyOpen({ outcome, refusal, bookings }) {
  if (outcome === 'left_out') return 'Left out.';
  if (bookings) return 'Cancelled.';
  return `${reasonText(refusal ?? '')}${outcome === 'waiting' ? ' It is tried again.' : ''}`;
}

/** @param {any} series @param {string} title @param {Day[]} coming @param {(text: string) => Promise<unknown>} onDone */
function actionsOf(series, title, coming, onDone) {
  const actions = make('span', { class: 'actions' });
  if (coming.length > 0) {
    const days = /** @type {HTMLSelectElement} */ (make('select', { 'aria-label': `From when on ${title} changes` },
      ...coming.map((one, n) => make('option', { value: one.on_day }, n === 0 ? 'All to come' : `From ${shortTime(one.starts_at)} on`))));
    const change = make('a', { 'aria-label': `Change the series of ${title}` }, 'Change');
    const follow = () => change.setAttribute('href', `/find?series=${series.id}&from=${days.value}`);
    days.addEventListener('change', follow);
    follow();
    actions.append(days, change);
  }
  const stop = make('button', { type: 'button', class: 'plain', 'aria-label': `Stop the series of ${title}` }, 'Stop');
  stop.addEventListener('click', () => offerStop({ id: series.id, title, isEmployee: true }, () => onDone(`Stopped: the series of ${title}.`)));
  actions.append(stop);
  return actions;
}
