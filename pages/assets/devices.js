// @ts-check
// Where the person is signed in, and by what. Ending a session needs no function: it is a right of theirs in the database.
import { byId, make, tell } from './dom.js';
import { Failure, answerOf } from './failures.js';
import { showFactors } from './own-factors.js';
import { useOwnZone } from './profile.js';
import { client, person, session, wasEnded } from './session.js';
import { shortTime } from './times.js';
import { action, load } from './work.js';

const own = session ? sessionIdIn(session.access_token) : null;

if (wasEnded) byId('gone').textContent = 'This session has been ended, here or on another device. Sign in again to go on.';
if (person) {
  action(byId('end-others'), byId('note'), endOthers);
  await Promise.all([show(), showFactors()]);
}

/** @param {string} accessToken */
function sessionIdIn(accessToken) {
  return JSON.parse(atob(accessToken.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).session_id;
}

async function show() {
  await load(byId('list'), fill);
}

async function fill() {
  const asked = client
    .from('session_tokens')
    .select('id, device, ip, created_at, last_used_at')
    .is('ended_at', null)
    .order('last_used_at', { ascending: false });
  const [sessions] = await Promise.all([answerOf(asked), useOwnZone()]);
  // Whoever has been signed out sees none.
  if (sessions.length === 0) throw new Failure('unauthenticated');
  sessions.sort((/** @type {any} */ a, /** @type {any} */ b) => Number(b.id === own) - Number(a.id === own));
  byId('list').replaceChildren(...sessions.map(row));
  byId('end-others').hidden = sessions.length < 2;
}

/** @param {{ id: string, device: string | null, ip: string | null, created_at: string, last_used_at: string }} one */
function row(one) {
  const device = one.device ?? 'Unknown device';
  const place = one.ip ? `from ${one.ip}` : 'from an unknown place';
  const detail = `${place}, last used ${shortTime(one.last_used_at)}, signed in ${shortTime(one.created_at)}`;
  const what = make('span', { class: 'what' }, make('strong', {}, device), make('span', { class: 'quiet' }, detail));
  if (one.id === own) return make('li', {}, what, make('span', { class: 'state here' }, 'This device'));
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': `Sign out ${device}, ${detail}` }, 'Sign out');
  action(button, byId('note'), () => end(one.id, device));
  return make('li', {}, what, button);
}

/** @param {string} id @param {string} device */
async function end(id, device) {
  try {
    await answerOf(client.rpc('end_session', { p_session_id: id }));
  } catch (error) {
    // Somebody was faster: it is as asked for.
    if (!(error instanceof Failure && error.code === 'session_not_found')) throw error;
  }
  await done(`${device} is signed out.`);
}

async function endOthers() {
  const ended = await answerOf(client.rpc('end_other_sessions'));
  await done(ended === 1 ? 'One other session is ended.' : `${ended} other sessions are ended.`);
}

/** @param {string} text */
async function done(text) {
  await show();
  tell(byId('note'), text);
  // The button that had the focus is gone.
  byId('title').focus({ preventScroll: true });
}
