// @ts-check
// The list of mails, newest first. It is live: when one arrives it is there, and nothing that is being read moves or is lost.
import { byId, make, tell } from './dom.js';
import { listen } from './inbox-live.js';
import { row } from './inbox-rows.js';
import { Failure, patientFetch } from './failures.js';
import { ask } from './question.js';
import { action, load } from './work.js';

/** @typedef {import('./inbox-rows.js').Row} Row */
/** @typedef {{ mails: Row[], more: boolean, total: number, unread: number }} Part */

const WAIT_MILLISECONDS = 200;
/** Of the newest one that somebody has been told of. */
let newest = 0;
let timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

const words = /** @type {HTMLInputElement} */ (byId('words'));
words.value = new URLSearchParams(location.search).get('q') ?? '';
words.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(search, WAIT_MILLISECONDS);
});
byId('search').addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  clearTimeout(timer);
  void search();
});
action(byId('older'), byId('note'), showOlder);
action(byId('empty'), byId('note'), empty);
document.querySelector('#inbox-link')?.setAttribute('aria-current', 'page');

await show();
listen('/inbox/events', { onChange: refresh, onState: showState });

/** @param {number} [before] @returns {Promise<Part>} */
async function read(before) {
  const query = new URLSearchParams({ ...(words.value.trim() && { q: words.value.trim() }), ...(before && { before: String(before) }) });
  const answer = await patientFetch(`/inbox/mails?${query}`);
  if (!answer.ok) throw new Failure('silent');
  return answer.json();
}

async function show() {
  await load(byId('content'), async () => {
    const part = await read();
    byId('list').replaceChildren();
    place(part);
  });
}

async function search() {
  const q = words.value.trim();
  history.replaceState(null, '', q ? `?${new URLSearchParams({ q })}` : location.pathname);
  await show();
}

/** What has happened since: a failure is not worth a word, since the next change asks again. */
async function refresh() {
  if (byId('content').hidden) return show();
  const q = words.value;
  const part = await read().catch(() => null);
  if (!part || q !== words.value) return;
  announce(part);
  place(part);
}

async function showOlder() {
  const rows = byId('list').children;
  const part = await read(Number(rows[rows.length - 1].dataset.number));
  byId('list').append(...part.mails.map((one) => row(one, words.value)));
  byId('older').hidden = !part.more;
  // Where reading goes on.
  rows[rows.length - part.mails.length]?.querySelector('a')?.focus();
}

async function empty() {
  if (!(await ask({ title: 'Delete all mails?', text: 'The links in them still work; nobody can look them up here any more.', yes: 'Delete all' }))) return;
  const answer = await patientFetch('/inbox/mails', { method: 'DELETE' });
  if (!answer.ok) throw new Failure('silent');
  await refresh();
  tell(byId('note'), 'All mails are deleted.');
  byId('title').focus();
}

/** Puts the newest part of the list in its place. Rows that are there stay as they are, and older ones below them. @param {Part} part */
function place(part) {
  const list = byId('list');
  const known = new Map([...list.children].map((one) => [one.dataset.id, one]));
  const last = part.mails.at(-1);
  // More have come than were read: what is between is not known, so the list begins anew.
  const joins = !part.more || Boolean(last && known.has(last.id));
  const rows = part.mails.map((one) => {
    const old = known.get(one.id);
    if (!old) return row(one, words.value);
    old.classList.toggle('new', !one.read);
    return old;
  });
  const wanted = new Set(rows);
  for (const one of [...list.children]) {
    const isOlder = joins && part.more && last && Number(one.dataset.number) < last.number;
    if (!wanted.has(one) && !isOlder) one.remove();
  }
  rows.forEach((one, i) => {
    if (list.children[i] !== one) list.insertBefore(one, list.children[i] ?? null);
  });
  if (!joins || list.children.length === rows.length) byId('older').hidden = !part.more;
  newest = Math.max(newest, part.mails[0]?.number ?? 0);
  describe(part);
}

/** @param {Part} part */
function describe({ mails, total, unread }) {
  const q = words.value.trim();
  byId('count').textContent = total === 0 ? '' : `${total} ${total === 1 ? 'mail' : 'mails'}${unread > 0 ? `, ${unread} unread` : ''}`;
  document.title = `${unread > 0 ? `(${unread}) ` : ''}Inbox · Evenkeel`;
  byId('empty').hidden = total === 0;
  byId('list').hidden = mails.length === 0;
  byId('nothing').hidden = mails.length > 0;
  byId('nothing-title').textContent = q ? 'No mail matches' : 'No mail yet';
  byId('nothing-text').textContent = q
    ? `No address or subject has “${q}” in it.`
    : 'Every mail that the functions send arrives here by itself, and never leaves this machine. Sign up, and the first one is on its way.';
}

/** @param {Part} part */
function announce({ mails }) {
  const fresh = mails.filter(({ number }) => number > newest);
  if (fresh.length === 1) byId('news').textContent = `New mail to ${fresh[0].to.join(', ')}: ${fresh[0].subject}`;
  if (fresh.length > 1) byId('news').textContent = `${fresh.length} new mails`;
}

/** @param {boolean} isLive */
function showState(isLive) {
  byId('live').textContent = isLive ? 'Live' : 'Not connected, trying again';
  byId('live').classList.toggle('lost', !isLive);
  if (isLive) void refresh();
}
