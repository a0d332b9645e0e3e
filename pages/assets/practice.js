// @ts-check
// The sessions that a specialist gives: what was asked for, and a week of days, with what can be done about each.
import { offerCancellation, watchCancellation } from './cancellation.js';
import { byId, fillList, make, tell } from './dom.js';
import { answerOf } from './failures.js';
import { useOwnZone } from './profile.js';
import { openProposals } from './proposals.js';
import { seriesText } from './series-words.js';
import { notesOf, openNotes, watchNotes } from './session-notes.js';
import { recordingButton, watchRecordings } from './session-recordings.js';
import { whatOf } from './session-row.js';
import { REFUSALS, STATES } from './session-words.js';
import { client, person } from './session.js';
import { offerStop } from './stop-series.js';
import { clockTime, fullTime, shortTime, zoneName } from './times.js';
import { watchTimeOff } from './time-off.js';
import { createWeek, showDays } from './week.js';
import { action, load } from './work.js';

const COLUMNS = `id, starts_at, ends_at, status, expires_at, cancel_by, closed_at, place_kind, place_detail, session_types(name)`;
const CORRECTABLE_HOURS = 24;
const NOTED = ['confirmed', 'completed', 'no_show'];

/** @type {string | null} */
let specialistId = null;
/** Whom they meet, by booking. @type {Map<string, string>} */
let names = new Map();
/** How their notes stand, by booking. @type {Map<string, { shared_at: string | null, seen_at: string | null }>} */
let notes = new Map();
/** @type {Map<string, import('./proposals.js').Proposal>} */
let proposals = new Map();

// What ended late last evening is closed this morning, and can be corrected for a day.
const week = createWeek({ yesterday: true, onChange: showWeek });

if (person) {
  watchCancellation(async (title) => done(`Cancelled: ${title}.`));
  watchNotes(showWeek);
  watchRecordings();
  await load(byId('practice'), async () => {
    const [own] = await Promise.all([
      answerOf(client.from('specialists').select('id, status, time_zone').eq('user_id', person.id).maybeSingle()),
      useOwnZone(),
    ]);
    const isVerified = own?.status === 'verified';
    byId('no-practice').hidden = isVerified;
    if (!isVerified) return byId('practice').replaceChildren();
    specialistId = own.id;
    byId('zone').textContent = `Times in ${zoneName()}.`;
    watchTimeOff(own.time_zone, showWeek);
    week.show();
    // These wait, and fail, for themselves.
    void Promise.all([showRequests(), showWeek(), showSeries()]);
  });
}

function given() {
  return client.from('bookings').select(COLUMNS).eq('specialist_id', specialistId);
}

async function showRequests() {
  await load(byId('requests'), async () => {
    const asked = given().eq('status', 'pending').gt('expires_at', new Date().toISOString()).order('starts_at').limit(500);
    const [requests] = await Promise.all([answerOf(asked), readNames(new Date().toISOString()), readProposals()]);
    fillList(byId('requests'), requests.map(requestRow), 'Nothing waits for you.');
  });
}

async function showWeek() {
  await load(byId('week'), async () => {
    const asked = given().gte('starts_at', week.from()).lt('starts_at', week.until()).not('status', 'in', '(pending,lapsed)').order('starts_at').limit(500);
    const [bookings] = await Promise.all([answerOf(asked), readNames(week.from(), week.until()), readProposals()]);
    notes = await notesOf(bookings.map((/** @type {any} */ one) => one.id));
    showDays(byId('week'), week, bookings, { row: sessionRow, list: 'rows sessions', otherwise: 'Nothing' });
  });
}

async function showSeries() {
  await load(byId('series'), async () => {
    const all = await answerOf(client.rpc('specialist_series', { p_limit: 200 }));
    fillList(byId('series'), all.map(seriesRow), 'None goes on.');
  });
}

/** @param {any} series */
function seriesRow(series) {
  const title = `${series.session_type} with ${series.employee_name || 'somebody'}`;
  const what = make('span', { class: 'what' }, make('strong', {}, title), make('span', {}, seriesText(series)));
  if (series.next_starts_at) what.append(make('span', { class: 'quiet' }, `Next: ${fullTime(series.next_starts_at)}`));
  const stop = make('button', { type: 'button', class: 'plain', 'aria-label': `Stop the series of ${title}` }, 'Stop');
  stop.addEventListener('click', () => offerStop({ id: series.series_id, title, isEmployee: false }, () => done(`Stopped: the series of ${title}.`)));
  return make('li', {}, what, make('span', { class: 'actions' }, stop));
}

/** @param {string} from @param {string} [until] */
async function readNames(from, until) {
  const agenda = await answerOf(client.rpc('specialist_agenda', { p_from: from, p_until: until }));
  names = new Map([...names, ...agenda.map((/** @type {any} */ one) => [one.booking_id, one.employee_name])]);
}

async function readProposals() {
  proposals = await openProposals();
}

/** @param {any} booking */
function titleOf(booking) {
  return `${booking.session_types?.name ?? 'Session'} with ${names.get(booking.id) || 'somebody'}`;
}

/** @param {any} booking @param {string} when @param {string} state @param {HTMLElement[]} actions */
function row(booking, when, state, actions) {
  const what = whatOf(booking, titleOf(booking), when, proposals.get(booking.id));
  return make('li', {}, what, make('span', { class: 'state' }, state), make('span', { class: 'actions' }, ...actions));
}

/** @param {any} booking */
function requestRow(booking) {
  return row(booking, fullTime(booking.starts_at), `Answer by ${shortTime(booking.expires_at)}`, [
    act(booking, 'Accept', 'accept_session', {}, 'is booked'),
    act(booking, 'Decline', 'decline_session', {}, 'is declined'),
    ...proposing(booking),
  ]);
}

/** @param {any} booking */
function sessionRow(booking) {
  const hasBegun = Date.parse(booking.starts_at) <= Date.now();
  if (booking.status === 'confirmed' && !hasBegun) {
    return row(booking, clockTime(booking.starts_at), STATES.confirmed, [noting(booking), recording(booking), ...proposing(booking), cancelling(booking)]);
  }
  return row(booking, clockTime(booking.starts_at), hasBegun && booking.status === 'confirmed' ? 'How did it go?' : STATES[booking.status], [
    ...(NOTED.includes(booking.status) ? [noting(booking), recording(booking)] : []), ...closing(booking),
  ]);
}

/** @param {any} booking */
function noting(booking) {
  const { shared_at: shared, seen_at: seen } = notes.get(booking.id) ?? {};
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': `Notes of ${titleOf(booking)}` },
    shared ? `Notes, ${seen ? 'read' : 'shared'}` : 'Notes');
  button.addEventListener('click', () => openNotes(booking, titleOf(booking), names.get(booking.id) || 'the employee', notes.has(booking.id)));
  return button;
}

/** @param {any} booking */
const recording = (booking) => recordingButton(booking, titleOf(booking), true);

/** @param {any} booking @returns {HTMLElement[]} */
function proposing(booking) {
  const isAsked = proposals.get(booking.id)?.proposed_by === 'employee';
  const another = make('a', { href: `/find?moving=${booking.id}`, 'aria-label': `Propose another time for ${titleOf(booking)}` }, 'Another time');
  if (!isAsked) return [another];
  return [
    act(booking, 'Accept the other time', 'accept_proposal', {}, 'is moved'),
    act(booking, 'Decline the other time', 'decline_proposal', {}, 'stays as it was'),
    another,
  ];
}

/** @param {any} booking */
function cancelling(booking) {
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': `Cancel ${titleOf(booking)}` }, 'Cancel');
  button.addEventListener('click', () => offerCancellation(booking, titleOf(booking), false));
  return button;
}

/** What can still be said of a session that has begun. @param {any} booking @returns {HTMLElement[]} */
function closing(booking) {
  const isLate = booking.closed_at && Date.now() > Date.parse(booking.closed_at) + CORRECTABLE_HOURS * 3_600_000;
  if (isLate || !['confirmed', 'completed', 'no_show'].includes(booking.status)) return [];
  const outcomes = [['Took place', 'completed'], ['Nobody came', 'no_show']].filter(([, outcome]) => outcome !== booking.status);
  return outcomes.map(([label, outcome]) => act(booking, label, 'close_booking', { p_outcome: outcome }, `is written down: ${label.toLowerCase()}`));
}

/** @param {any} booking @param {string} label @param {string} call @param {Record<string, string>} more @param {string} outcome */
function act(booking, label, call, more, outcome) {
  const isFirst = label.startsWith('Accept');
  const button = make('button', { type: 'button', ...(!isFirst && { class: 'plain' }), 'aria-label': `${label}: ${titleOf(booking)}` }, label);
  action(button, byId('note'), async () => {
    await answerOf(client.rpc(call, { p_booking_id: booking.id, ...more }));
    await done(`${titleOf(booking)} ${outcome}.`);
  }, REFUSALS);
  return button;
}

/** @param {string} text */
async function done(text) {
  await Promise.all([showRequests(), showWeek(), showSeries()]);
  tell(byId('note'), text);
  // The button that had the focus is gone.
  byId('title').focus({ preventScroll: true });
}
