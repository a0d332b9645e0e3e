// @ts-check
// Free times of a specialist, or of all who give a type of session, a week at a time. What somebody chooses is held for them
// until they confirm it; where the specialist accepts sessions first it is asked for, and a session that moves is moved. Series: find-series.js.
import { byId, make, tell } from './dom.js';
import { Failure, answerOf } from './failures.js';
import { carryOutSeries, endRepeat, fillSeries, firstDay, offerRepeat, repeats, series, seriesLabel } from './find-series.js';
import { offerWait, watchWait } from './find-wait.js';
import { useOwnZone } from './profile.js';
import { SERIES_REFUSALS } from './series-words.js';
import { NO_OFFERS, REFUSALS } from './session-words.js';
import { client, person } from './session.js';
import { clockTime, fullTime, zoneName } from './times.js';
import { createWeek, showDays } from './week.js';
import { action, load } from './work.js';

/** @typedef {{ specialist_id: string, session_type_id: string, starts_at: string, ends_at: string, requires_acceptance: boolean }} Slot */
/** @typedef {{ id: string, display_name: string, headline: string, time_zone: string, specialist_pillars: { pillar_id: string }[] }} Specialist */
/** @typedef {{ id: string, name: string, default_minutes: number, pillar_id: string, pillars: { name: string } | null }} SessionType */

const MOST_OF_A_WEEK = 1000;

const movingId = new URLSearchParams(location.search).get('moving');
/** The session that moves. @type {any} */
let moving = null;
/** @type {Specialist[]} */
let specialists = [];
/** @type {SessionType[]} */
let types = [];
/** @type {Slot | null} */
let chosen = null;
/** The hold on it. @type {{ id: string, expires_at: string } | null} */
let held = null;
/** How often somebody chose: an answer to an earlier choice is not shown. */
let choices = 0;
/** Which week was asked for last: an answer to an earlier question is not shown. */
let asked = 0;

if (person) {
  const week = createWeek({ earliest: true, from: firstDay(), onChange: () => showTimes(week) });
  action(byId('confirm'), byId('chosen-note'), confirm, { ...REFUSALS, ...SERIES_REFUSALS });
  byId('repeats').addEventListener('change', () => chosen && tellLabel(chosen));
  action(byId('drop'), byId('times-note'), () => drop(week), REFUSALS);
  watchWait();
  byId('session-type').addEventListener('change', () => {
    offerSpecialists();
    void showTimes(week);
  });
  byId('specialist').addEventListener('change', () => {
    tellHeadline();
    void showTimes(week);
  });
  await load(byId('wish'), async () => {
    await fillWish();
    week.show();
    // This waits, and fails, for itself.
    void showTimes(week);
  });
}

async function fillWish() {
  [specialists, types] = await Promise.all([
    answerOf(client.from('specialists').select('id, display_name, headline, time_zone, specialist_pillars(pillar_id)').eq('status', 'verified').order('display_name').limit(1000)),
    answerOf(client.from('session_types').select('id, name, default_minutes, pillar_id, pillars!session_types_pillar_id_fkey(name)').order('name').limit(1000)),
    useOwnZone(),
  ]);
  byId('zone').textContent = `Times in ${zoneName()}.`;
  byId('session-type').replaceChildren(...types.map((one) => make('option', { value: one.id }, `${one.pillars?.name}: ${one.name}`)));
  if (movingId) await fillMoving(movingId);
  else await fillSeries();
  if (series) {
    byId('session-type').value = series.session_type_id;
    byId('session-type').disabled = byId('specialist').disabled = true;
  }
  offerSpecialists();
}

/** @param {string} id */
async function fillMoving(id) {
  const columns = 'id, starts_at, specialist_id, session_type_id, employee_id, specialists!bookings_specialist_id_fkey(display_name), session_types(name)';
  moving = await answerOf(client.from('bookings').select(columns).eq('id', id).maybeSingle());
  if (!moving) throw new Failure('booking_not_found', REFUSALS.booking_not_found);
  const title = `${moving.session_types?.name} with ${moving.specialists?.display_name}, ${fullTime(moving.starts_at)}`;
  byId('title').textContent = isOwn() ? 'Move a session' : 'Propose another time';
  byId('moved').textContent = `${title}.`;
  byId('moved').hidden = false;
  byId('session-type').value = moving.session_type_id;
  byId('session-type').disabled = byId('specialist').disabled = true;
}

function isOwn() {
  return moving?.employee_id === person.id;
}

/** Those who work in the pillar of the session that is looked for. */
function offerSpecialists() {
  const pillar = types.find((one) => one.id === byId('session-type').value)?.pillar_id;
  const offered = specialists.filter((one) => one.specialist_pillars.some((its) => its.pillar_id === pillar));
  const named = moving?.specialist_id ?? series?.specialist_id;
  const before = named ?? byId('specialist').value;
  byId('specialist').replaceChildren(
    ...(named ? [] : [make('option', { value: '' }, 'Anybody')]),
    ...offered.map((one) => make('option', { value: one.id }, one.display_name)),
  );
  if (offered.some((one) => one.id === before)) byId('specialist').value = before;
  tellHeadline();
}

function tellHeadline() {
  byId('headline').textContent = specialists.find((one) => one.id === byId('specialist').value)?.headline ?? '';
}

/** @param {import('./week.js').Week} week */
async function showTimes(week) {
  const own = (asked += 1);
  await load(byId('times'), async () => {
    const offer = await answerOf(client.rpc('available_slots', {
      p_specialist_id: byId('specialist').value || undefined,
      p_session_type_id: byId('session-type').value,
      p_from: week.from(),
      p_to: week.until(),
      p_moving: moving?.id,
      p_limit: MOST_OF_A_WEEK,
    }));
    if (own !== asked) return;
    showDays(byId('times'), week, /** @type {Slot[]} */ (offer.slots), { row: (slot) => make('li', {}, timeOf(slot)), list: 'slots', otherwise: 'Nothing free' });
    tell(byId('times-note'), noteOf(offer));
    byId('wait').hidden = Boolean(moving || series || offer.refused);
    offerWait(week, offer.slots.length === 0);
  }, REFUSALS);
}

/** @param {{ slots: Slot[], next_cursor: string | null, refused: string | null }} offer */
function noteOf({ slots, next_cursor: next, refused }) {
  if (refused) return NO_OFFERS[refused] ?? 'Nothing can be booked on these days.';
  if (next) return 'There are more times than are shown here. Choose a specialist.';
  return slots.length === 0 ? 'Nobody is free in this week. Look at a later one.' : '';
}

/** @param {Slot} slot */
function timeOf(slot) {
  const name = nameOf(slot);
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': `${fullTime(slot.starts_at)} with ${name}` }, clockTime(slot.starts_at));
  if (!byId('specialist').value) button.append(make('span', { class: 'small' }, name));
  action(button, byId('times-note'), () => choose(slot), REFUSALS);
  return button;
}

/** @param {Slot} slot */
function nameOf(slot) {
  return specialists.find((one) => one.id === slot.specialist_id)?.display_name ?? 'a specialist';
}

/** @param {Slot} slot */
async function choose(slot) {
  const own = (choices += 1);
  const isHeld = !moving && !series && !slot.requires_acceptance;
  const hold = isHeld ? await answerOf(client.rpc('hold_slot', wishOf(slot))) : null;
  // Who has chosen another meanwhile holds that one, and this no more.
  if (own !== choices) return;
  [chosen, held] = [slot, hold];
  byId('chosen').hidden = false;
  byId('chosen-text').textContent = `${fullTime(slot.starts_at)} with ${nameOf(slot)}.${held ? ` It is held for you until ${clockTime(held.expires_at)}.` : ''}`;
  if (!moving) offerRepeat(slot, specialists.find((one) => one.id === slot.specialist_id)?.time_zone ?? 'UTC');
  tellLabel(slot);
  byId('confirm').hidden = byId('drop').hidden = false;
  tell(byId('chosen-note'), '');
  byId('chosen-title').focus();
}

/** @param {Slot} slot */
function tellLabel(slot) {
  byId('confirm').textContent = labelOf(slot);
}

/** @param {Slot} slot */
function labelOf(slot) {
  if (repeats()) return seriesLabel(slot);
  if (moving) return isOwn() && !slot.requires_acceptance ? 'Move it there' : 'Propose this time';
  return slot.requires_acceptance ? 'Ask for this time' : 'Book it';
}

/** @param {Slot} slot */
function wishOf(slot) {
  return { p_specialist_id: slot.specialist_id, p_session_type_id: slot.session_type_id, p_starts_at: slot.starts_at };
}

async function confirm() {
  if (!chosen) return;
  const text = await carryOut(chosen);
  byId('confirm').hidden = byId('drop').hidden = true;
  endRepeat();
  tell(byId('chosen-note'), text);
  byId('chosen-note').append(' ', make('a', { href: moving && !isOwn() ? '/practice' : '/sessions' }, 'To your sessions'));
}

/** @param {Slot} slot @returns {Promise<string>} what became of it */
async function carryOut(slot) {
  const at = fullTime(slot.starts_at);
  if (repeats()) return carryOutSeries(slot);
  if (moving) {
    const isMoved = isOwn() && !slot.requires_acceptance;
    await answerOf(client.rpc(isMoved ? 'reschedule_booking' : 'propose_time', { p_booking_id: moving.id, p_starts_at: slot.starts_at }));
    return isMoved ? `Moved to ${at}.` : `Proposed: ${at}. You are told as soon as there is an answer.`;
  }
  if (held) {
    await answerOf(client.rpc('confirm_hold', { p_booking_id: held.id }));
    return `Booked for ${at}.`;
  }
  const { expires_at: until } = await answerOf(client.rpc('request_session', wishOf(slot)));
  return `Asked for ${at}. The specialist answers by ${fullTime(until)}.`;
}

/** @param {import('./week.js').Week} week */
async function drop(week) {
  const given = held;
  // At once: somebody may choose another while this is answered.
  [chosen, held] = [null, null];
  byId('chosen').hidden = true;
  if (given) await answerOf(client.rpc('cancel_booking', { p_booking_id: given.id }));
  await showTimes(week);
}
