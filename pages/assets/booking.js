// @ts-check
import { byId, localTime, make, onSubmit, tell } from './dom.js';
import { client, person } from './session.js';

const SLOT_MINUTES = 5;
/** An hour and a little: the reminder of an hour before is then due in a few minutes. */
const SUGGESTED_LEAD_MINUTES = 63;

/** @param {{ timeZone: string, onBooked: () => Promise<unknown>, onJoined: () => Promise<unknown> }} options */
export async function showBooking({ timeZone, onBooked, onJoined }) {
  const [{ data: memberships }, { data: specialists }, { data: types }] = await Promise.all([
    client.from('company_members').select('company_id').eq('user_id', person.id).eq('status', 'active'),
    client.from('specialists').select('id, display_name, headline, specialist_pillars(pillar_id)').order('display_name'),
    client.from('session_types').select('id, name, default_minutes, pillar_id, pillars(name)').order('name'),
  ]);
  const isMember = memberships?.length > 0;
  byId('join').hidden = isMember;
  byId('book').hidden = !isMember;

  byId('join-button').addEventListener('click', async () => {
    const { data, error } = await client.rpc('demo_join');
    if (error) return tell(byId('book-note'), messageOf(error), true);
    tell(byId('book-note'), `You are now a member of ${data.company}.`);
    byId('join').hidden = true;
    byId('book').hidden = false;
    await onJoined();
  });

  offer(specialists ?? [], types ?? []);
  byId('starts-at').value = suggestedStart();
  byId('zone').textContent = `in ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
  onSubmit(byId('book'), () => book(timeZone, onBooked));
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
  select.addEventListener('change', showTypes);
  showTypes();
}

/** The next bookable slot, as a datetime-local input wants it. */
function suggestedStart() {
  const slot = SLOT_MINUTES * 60_000;
  const start = new Date(Math.ceil((Date.now() + SUGGESTED_LEAD_MINUTES * 60_000) / slot) * slot);
  return new Date(start.getTime() - start.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** @param {string} timeZone @param {() => Promise<unknown>} onBooked */
async function book(timeZone, onBooked) {
  const { data, error } = await client.rpc('book_session', {
    p_specialist_id: byId('specialist').value,
    p_session_type_id: byId('session-type').value,
    p_starts_at: new Date(byId('starts-at').value).toISOString(),
  });
  if (error) return tell(byId('book-note'), messageOf(error), true);
  tell(byId('book-note'), `Booked for ${localTime(data.starts_at, timeZone)}.`);
  await onBooked();
}

/** Our own refusals explain themselves in `details`. @param {{ message: string, details?: string | null }} error */
function messageOf(error) {
  return error.details || error.message;
}
