// @ts-check
// What is held about the person: a copy of it, and its end.
import { byId, tell } from './dom.js';
import { answerOf } from './failures.js';
import { wholeExport } from './export.js';
import { useOwnZone } from './profile.js';
import { client, person } from './session.js';
import { shortTime } from './times.js';
import { action, load } from './work.js';

if (person) {
  action(byId('export'), byId('export-note'), makeFile);
  action(byId('ask'), byId('erase-note'), ask);
  action(byId('withdraw'), byId('erase-note'), withdraw);
  byId('content').hidden = false;
  await load(byId('erasure'), async () => {
    const [erasure] = await Promise.all([answerOf(client.rpc('my_erasure')), useOwnZone()]);
    show(erasure);
  });
}

async function makeFile() {
  const note = byId('export-note');
  const link = /** @type {HTMLAnchorElement} */ (byId('file'));
  link.hidden = true;
  const made = await wholeExport((rows) => tell(note, `${rows} entries so far…`));
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([JSON.stringify(made, null, 1)], { type: 'application/json' }));
  link.hidden = false;
  tell(note, `The file is made, of ${Object.values(made.tables).flat().length} entries.`);
  link.focus();
}

async function ask() {
  show(await answerOf(client.rpc('ask_erasure', { p_address: byId('address').value })));
  tell(byId('erase-note'), 'We have mailed you that, too.');
  byId('title').focus({ preventScroll: true });
}

async function withdraw() {
  await answerOf(client.rpc('withdraw_erasure'));
  show(null);
  tell(byId('erase-note'), 'Your account stays.');
  byId('title').focus({ preventScroll: true });
}

/** @param {{ request_id: string, starts_at: string, due_by: string, state: string } | null} erasure */
function show(erasure) {
  byId('ask').hidden = erasure !== null;
  byId('state').hidden = erasure === null;
  if (!erasure) return;
  byId('number').textContent = erasure.request_id;
  byId('when').textContent = erasure.state === 'asked'
    ? `Your account will be deleted from ${shortTime(erasure.starts_at)} on, by ${shortTime(erasure.due_by)} at the latest. Until it begins you can keep it.`
    : `Your account is being deleted, by ${shortTime(erasure.due_by)} at the latest.`;
  byId('withdraw').hidden = erasure.state !== 'asked';
}
