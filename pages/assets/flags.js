// @ts-check
// Feature flags, for platform admins: what is on for whom, what is stale, and a new one.
import { byId, fillList, make, tell } from './dom.js';
import { answerOf } from './failures.js';
import { isForAdmin } from './for-admins.js';
import { percentOf, showFlag, watchFlag } from './one-flag.js';
import { useOwnZone } from './profile.js';
import { client, person } from './session.js';
import { dayText, shortTime } from './times.js';
import { action, load } from './work.js';

/** @typedef {import('./one-flag.js').Flag} Flag */
/** @typedef {{ key: string, why: 'expired' | 'over' | 'off' | 'same_for_all', since: string }} Stale */

const MOST = 500;
const STALE = {
  expired: () => 'Stale: its day has come.',
  over: () => 'Stale: its time is over.',
  off: (/** @type {string} */ since) => `Stale: off since ${shortTime(since)}.`,
  same_for_all: (/** @type {string} */ since) => `Stale: the same for everybody since ${shortTime(since)}.`,
};

if (person) {
  action(byId('new'), byId('new-note'), add, { 23505: 'There is a flag of this name.' });
  watchFlag(fill);
  await load(byId('flags'), async () => {
    if (await isForAdmin(byId('work'))) await Promise.all([useOwnZone(), fill()]);
  });
}

/** @returns {Promise<Flag[]>} */
async function fill() {
  const [flags, stale] = await Promise.all([
    answerOf(client.from('feature_flags').select('*').order('key').limit(MOST)),
    answerOf(client.rpc('stale_feature_flags', { p_limit: MOST })),
  ]);
  const whys = new Map(stale.map((/** @type {Stale} */ one) => [one.key, STALE[one.why](one.since)]));
  fillList(byId('all'), flags.map((/** @type {Flag} */ flag) => row(flag, whys.get(flag.key))), 'None.');
  return flags;
}

/** @param {Flag} flag @param {string} [stale] */
function row(flag, stale) {
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': `Change ${flag.key}` }, 'Change');
  action(button, byId('one-note'), () => showFlag(flag));
  const byWhen = flag.expires_on ? `, to go by ${dayText(flag.expires_on)}` : '';
  return make(
    'li',
    {},
    make('span', { class: 'what' },
      make('strong', {}, flag.key),
      make('span', { class: 'quiet' }, `${flag.description} (${flag.owner}${byWhen})`),
      ...(stale ? [make('span', { class: 'down' }, stale)] : [])),
    make('span', { class: 'state' }, stateOf(flag)),
    button,
  );
}

/** @param {Flag} flag */
function stateOf({ is_on: isOn, off_variant: off, rollout, starts_at: from, ends_at: until }) {
  if (!isOn) return 'Off';
  if (until && Date.parse(until) <= Date.now()) return `Over since ${shortTime(until)}`;
  const served = rollout.filter(([, weight]) => weight > 0);
  const shares = served.filter(([variant]) => variant !== off).map((share) => `${share[0]} for ${served.length === 1 ? 'all' : `${percentOf([share], rollout)} of 100`}`);
  const when = [from && Date.parse(from) > Date.now() && `from ${shortTime(from)}`, until && `until ${shortTime(until)}`].filter(Boolean);
  return [shares.join(', ') || 'on for nobody', ...when].join(', ');
}

async function add() {
  const fields = { key: byId('key').value, description: byId('description').value, owner: byId('owner').value, expires_on: byId('until').value };
  const made = await answerOf(client.from('feature_flags').insert(fields).select().single());
  byId('new').reset();
  await fill();
  tell(byId('new-note'), `${made.key} is there, and off.`);
}
