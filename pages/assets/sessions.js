// @ts-check
// The sessions that a person has: those to come, with what can be done about each, and past ones.
import { offerCancellation, watchCancellation } from './cancellation.js';
import { byId, fillList, make, tell } from './dom.js';
import { answerOf } from './failures.js';
import { useOwnZone } from './profile.js';
import { showPackages } from './own-packages.js';
import { showWaiting } from './own-waiting.js';
import { openProposals } from './proposals.js';
import { showSeries } from './series.js';
import { recordingButton, watchRecordings } from './session-recordings.js';
import { whatOf } from './session-row.js';
import { REFUSALS, STATES, reminderText, titleOf } from './session-words.js';
import { client, person } from './session.js';
import { readingButton, sharedNotes, watchSharedNotes } from './shared-notes.js';
import { fullTime, shortTime } from './times.js';
import { action, load } from './work.js';

const OPEN = ['pending', 'held', 'confirmed'];
const PAST_AT_ONCE = 20;
const COLUMNS = `id, starts_at, ends_at, status, status_reason, expires_at, cancel_by, in_doubt_since, place_kind, place_detail,
  specialists!bookings_specialist_id_fkey(display_name), session_types(name), booking_reminders(remind_at, status)`;

/** What specialists have shared, by booking. @type {Map<string, { seen_at: string | null }>} */
let notes = new Map();
/** @type {string | null} where the next page of past sessions begins */
let before = null;

if (person) {
  watchCancellation(async (title) => done(`Cancelled: ${title}.`));
  watchSharedNotes();
  watchRecordings();
  action(byId('more'), byId('note'), showPast);
  await show();
  void showSeries(done);
  await load(byId('past'), async () => {
    await useOwnZone();
    await showPast();
  });
}

async function show() {
  await load(byId('coming'), async () => {
    const [bookings, proposals, practice] = await Promise.all([
      answerOf(own().in('status', OPEN).gte('ends_at', now()).order('starts_at').order('id').limit(500)),
      openProposals(),
      answerOf(client.from('specialists').select('status').eq('user_id', person.id).maybeSingle()),
      useOwnZone(),
    ]);
    await readNotes(bookings);
    byId('to-practice').hidden = practice?.status !== 'verified';
    // What is booked, given back or let go may be one of these.
    void showPackages();
    void showWaiting(show);
    fillList(byId('coming'), bookings.filter(isAlive).map((/** @type {any} */ one) => comingRow(one, proposals.get(one.id))), 'None yet.');
  });
}

function now() {
  return new Date().toISOString();
}

function own() {
  return client.from('bookings').select(COLUMNS).eq('employee_id', person.id);
}

/** A hold or a request that has run out is over before a job says so. @param {any} booking */
function isAlive({ expires_at: until }) {
  return !until || Date.parse(until) > Date.now();
}

async function showPast() {
  const asked = own().neq('status', 'released').or(`status.not.in.(${OPEN}),ends_at.lt.${now()}`).order('starts_at', { ascending: false }).limit(PAST_AT_ONCE);
  const bookings = await answerOf(before ? asked.lt('starts_at', before) : asked);
  before = bookings.at(-1)?.starts_at ?? before;
  await readNotes(bookings);
  byId('past').append(...bookings.map(pastRow));
  byId('more').hidden = bookings.length < PAST_AT_ONCE;
  if (!byId('past').hasChildNodes()) fillList(byId('past'), [], 'None yet.');
}

/** @param {any} booking @param {import('./proposals.js').Proposal | undefined} open another time that waits for an answer */
function comingRow(booking, open) {
  const title = titleOf(booking);
  const what = whatOf(booking, title, fullTime(booking.starts_at), open);
  return make('li', {}, what, make('span', { class: 'state' }, stateOf(booking)), actionsOf(booking, title, open));
}

/** @param {any} booking */
function stateOf({ status, expires_at: until, booking_reminders: reminders }) {
  return status === 'confirmed' ? reminderText(reminders) : `${STATES[status]}, until ${shortTime(until)}`;
}

/** @param {any} booking @param {string} title @param {import('./proposals.js').Proposal | undefined} open */
function actionsOf(booking, title, open) {
  const hasBegun = Date.parse(booking.starts_at) <= Date.now();
  const actions = make('span', { class: 'actions' }, ...reading(booking));
  if (hasBegun) return actions;
  if (open?.proposed_by === 'specialist') {
    actions.append(
      answer(booking, 'accept_proposal', 'Accept', `${title} is now ${fullTime(open.starts_at)}.`),
      answer(booking, 'decline_proposal', 'Decline', `${title} stays as it was.`),
    );
  }
  if (booking.status === 'held') actions.append(book(booking, title));
  if (booking.status === 'confirmed') actions.append(make('a', { href: `/find?moving=${booking.id}`, 'aria-label': `Move ${title}` }, 'Move'));
  const cancel = make('button', { type: 'button', class: 'plain', 'aria-label': `Cancel ${title}` }, 'Cancel');
  cancel.addEventListener('click', () => offerCancellation(booking, title, true));
  actions.append(cancel);
  return actions;
}

/** What is held for them: chosen by themselves a moment ago, or waited for. @param {any} booking @param {string} title */
function book(booking, title) {
  const button = make('button', { type: 'button', 'aria-label': `Book ${title}` }, 'Book it');
  action(button, byId('note'), async () => {
    await answerOf(client.rpc('confirm_hold', { p_booking_id: booking.id }));
    await done(`Booked: ${title}, ${fullTime(booking.starts_at)}.`);
  }, REFUSALS);
  return button;
}

/** @param {any} booking @param {string} call @param {string} label @param {string} outcome */
function answer(booking, call, label, outcome) {
  const button = make('button', { type: 'button', ...(label !== 'Accept' && { class: 'plain' }), 'aria-label': `${label} the other time for ${titleOf(booking)}` }, label);
  action(button, byId('note'), async () => {
    await answerOf(client.rpc(call, { p_booking_id: booking.id }));
    await done(outcome);
  }, REFUSALS);
  return button;
}

/** @param {any} booking */
function pastRow(booking) {
  const what = make('span', { class: 'what' }, make('strong', {}, titleOf(booking)), make('span', {}, fullTime(booking.starts_at)));
  if (booking.status_reason) what.append(make('span', { class: 'quiet' }, `“${booking.status_reason}”`));
  const state = make('span', { class: 'state' }, STATES[booking.status === 'confirmed' ? 'completed' : booking.status]);
  return make('li', {}, what, state, make('span', { class: 'actions' }, ...reading(booking)));
}

/** @param {{ id: string }[]} bookings */
async function readNotes(bookings) {
  notes = new Map([...notes, ...await sharedNotes(bookings.map(({ id }) => id))]);
}

/** @param {any} booking @returns {HTMLElement[]} */
function reading(booking) {
  const shared = notes.get(booking.id);
  return [
    ...(shared ? [readingButton(booking, titleOf(booking), !shared.seen_at)] : []),
    ...(['confirmed', 'completed'].includes(booking.status) ? [recordingButton(booking, titleOf(booking), false)] : []),
  ];
}

/** @param {string} text */
async function done(text) {
  await Promise.all([show(), showSeries(done)]);
  tell(byId('note'), text);
  // The button that had the focus is gone.
  byId('title').focus({ preventScroll: true });
}
