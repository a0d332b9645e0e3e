// @ts-check
// Where the person is signed in. Ending a session needs no function: it is a right of theirs in the database.
import { byId, make, tell } from './dom.js';
import { client, person, session, wasEnded } from './session.js';

const own = session ? sessionIdIn(session.access_token) : null;

if (wasEnded) byId('gone').textContent = 'This session has been ended, here or on another device. Sign in again to go on.';
if (person) {
  byId('end-others').addEventListener('click', endOthers);
  await show();
}

/** @param {string} accessToken */
function sessionIdIn(accessToken) {
  return JSON.parse(atob(accessToken.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).session_id;
}

/** @returns {Promise<boolean>} whether they could be read */
async function show() {
  const { data, error } = await client
    .from('session_tokens')
    .select('id, device, ip, created_at, last_used_at')
    .is('ended_at', null)
    .order('last_used_at', { ascending: false });
  if (error) return fail('Your sessions could not be read.');
  const sessions = [...data].sort((a, b) => Number(b.id === own) - Number(a.id === own));
  byId('list').replaceChildren(...sessions.map(row));
  byId('end-others').hidden = sessions.length < 2;
  return true;
}

/** @param {{ id: string, device: string | null, ip: string | null, created_at: string, last_used_at: string }} one */
function row(one) {
  const device = one.device ?? 'Unknown device';
  const place = one.ip ? `from ${one.ip}` : 'from an unknown place';
  const detail = `${place}, last used ${when(one.last_used_at)}, signed in ${when(one.created_at)}`;
  const what = make('span', { class: 'what' }, make('strong', {}, device), make('span', { class: 'quiet' }, detail));
  if (one.id === own) return make('li', {}, what, make('span', { class: 'state here' }, 'This device'));
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': `Sign out ${device}, ${detail}` }, 'Sign out');
  button.addEventListener('click', () => end(one.id, device));
  return make('li', {}, what, button);
}

/** @param {string} instant */
function when(instant) {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(instant));
}

/** @param {string} id @param {string} device */
async function end(id, device) {
  const { error } = await client.rpc('end_session', { p_session_id: id });
  // Somebody was faster: it is as asked for.
  await done(error?.message === 'session_not_found' ? null : error, `${device} is signed out.`);
}

async function endOthers() {
  const { data, error } = await client.rpc('end_other_sessions');
  await done(error, data === 1 ? 'One other session is ended.' : `${data} other sessions are ended.`);
}

/** @param {unknown} error @param {string} text */
async function done(error, text) {
  if (error) return fail('That did not work.');
  if (await show()) tell(byId('note'), text);
  // The button that had the focus is gone.
  byId('title').focus();
}

/** @param {string} text */
function fail(text) {
  tell(byId('note'), `${text} Please try again in a moment.`, true);
  return false;
}
