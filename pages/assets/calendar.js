// @ts-check
// The address of a calendar feed: made, shown once, replaced and ended. Whoever has it reads the feed.
import { byId, tell } from './dom.js';
import { answerOf } from './failures.js';
import { useOwnZone } from './profile.js';
import { ask } from './question.js';
import { client, person } from './session.js';
import { shortTime } from './times.js';
import { action, load } from './work.js';

let isThere = false;

if (person) {
  action(byId('make'), byId('note'), make);
  action(byId('revoke'), byId('note'), revoke);
  action(byId('copy'), byId('note'), copy);
  await load(byId('content'), show);
}

async function show() {
  const [[feed]] = await Promise.all([answerOf(client.rpc('my_calendar_feed')), useOwnZone()]);
  isThere = Boolean(feed);
  const read = feed?.last_read_at ? `last read ${shortTime(feed.last_read_at)}` : 'not read yet';
  byId('state').textContent = feed ? `There is one since ${shortTime(feed.created_at)}, ${read}.` : 'There is none yet.';
  byId('make').textContent = isThere ? 'Make a new address' : 'Make an address';
  byId('make').classList.toggle('plain', isThere);
  byId('revoke').hidden = !isThere;
}

async function make() {
  const replaces = { title: 'Make a new address?', text: 'The one that you have leads nowhere from then on. A calendar that reads it shows no changes any more.', yes: 'Make a new one' };
  if (isThere && !(await ask(replaces))) return;
  const path = await answerOf(client.rpc('make_calendar_feed'));
  const address = new URL(path, location.origin);
  byId('address').value = address.href;
  byId('open').href = address.href.replace(/^https?:/, 'webcal:');
  byId('made').hidden = false;
  await show();
  tell(byId('note'), 'Made. Copy it into your calendar now.');
  byId('address').select();
}

async function revoke() {
  const ends = { title: 'End it?', text: 'The address leads nowhere from then on. What your calendar shows already, it may keep.', yes: 'End it' };
  if (!(await ask(ends))) return;
  await answerOf(client.rpc('revoke_calendar_feed'));
  byId('address').value = '';
  byId('made').hidden = true;
  await show();
  tell(byId('note'), 'Ended.');
  // The button that had the focus is gone.
  byId('feed-title').focus({ preventScroll: true });
}

/** Where the browser keeps its clipboard to itself, the address is selected to be copied by hand. */
async function copy() {
  byId('address').select();
  const copied = await navigator.clipboard?.writeText(byId('address').value).then(() => true, () => false);
  tell(byId('note'), copied ? 'Copied.' : 'It is selected: copy it by hand.');
}
