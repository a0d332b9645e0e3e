// @ts-check
import { byId, make, tell } from './dom.js';
import { answerOf } from './failures.js';
import { client } from './session.js';
import { fullTime } from './times.js';
import { action } from './work.js';

const SLOT_MINUTES = 5;
/** An hour and a little: the reminder of an hour before is then due in a few minutes. */
const SUGGESTED_LEAD_MINUTES = 63;

/** @param {() => Promise<unknown>} onBooked */
export function watchBooking(onBooked) {
  byId('zone').textContent = `in ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
  action(byId('book'), byId('book-note'), async () => {
    const booked = await answerOf(client.rpc('book_session', {
      p_specialist_id: byId('specialist').value,
      p_session_type_id: byId('session-type').value,
      p_starts_at: new Date(byId('starts-at').value).toISOString(),
    }));
    tell(byId('book-note'), `Booked for ${fullTime(booked.starts_at)}.`);
    await onBooked();
  });
}

/** Who and what can be booked. */
export async function readOffers() {
  const [specialists, types] = await Promise.all([
    answerOf(client.from('specialists').select('id, display_name, headline, specialist_pillars(pillar_id)').order('display_name')),
    answerOf(client.from('session_types').select('id, name, default_minutes, pillar_id, pillars(name)').order('name')),
  ]);
  offer(specialists, types);
  byId('starts-at').value = suggestedStart();
}

/** @param {any[]} specialists @param {any[]} types */
function offer(specialists, types) {
  const select = byId('specialist');
  select.replaceChildren(...specialists.map((one) => make('option', { value: one.id }, one.display_name)));
  const showTypes = () => {
    const chosen = specialists.find((one) => one.id === select.value);
    const pillars = new Set(chosen?.specialist_pillars.map((/** @type {any} */ one) => one.pillar_id));
    const offered = types.filter((one) => pillars.has(one.pillar_id));
    byId('headline').textContent = chosen?.headline ?? '';
    byId('session-type').replaceChildren(
      ...offered.map((one) => make('option', { value: one.id }, `${one.pillars?.name}: ${one.name}, ${one.default_minutes} min`)),
    );
  };
  select.onchange = showTypes;
  showTypes();
}

/** The next bookable slot, as a datetime-local input wants it. */
function suggestedStart() {
  const slot = SLOT_MINUTES * 60_000;
  const start = new Date(Math.ceil((Date.now() + SUGGESTED_LEAD_MINUTES * 60_000) / slot) * slot);
  return new Date(start.getTime() - start.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
