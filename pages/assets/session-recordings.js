// @ts-check
// The recording of a session, to the two of it: who agrees, what there is and who opened it; and for the specialist, adding one.
import { byId, fillList, make, tell } from './dom.js';
import { Failure, answerOf, bodyOf } from './failures.js';
import { callAsPerson, client } from './session.js';
import { shortTime } from './times.js';
import { action, load } from './work.js';

/** Of the text in recordings.html. */
const VERSION = '2026-11';
const MOST_BYTES = 100 * 2 ** 20;
const PARTIES = { employee: 'The employee', specialist: 'The specialist' };
/** @type {Record<string, string>} */
const ENDS = {
  consent_revoked: 'deleted, as one of you took their consent back',
  too_old: 'deleted, as its time was over',
  account_closed: 'deleted with an account',
  not_uploaded: 'never uploaded',
};
/** @type {Record<string, string>} */
const REFUSALS = {
  conflict: 'Both of you have to agree to the recording of this session first.',
  rule_violation: 'A recording is added from the beginning of a session until a week after its end: an MP4, WebM, MP3 or Ogg file of up to 100 MiB.',
  not_found: 'This is no longer there.',
  version_not_in_force: 'This text was changed. Please load the page again.',
  file_mismatch: 'What arrived is not the file that you chose. Please try again.',
  file_type_mismatch: 'This file is not what its name says.',
  too_large: 'A recording has up to 100 MiB.',
};

/** @type {{ id: string, isSpecialist: boolean } | null} */
let open = null;

/** The dialog of the page. */
export function watchRecordings() {
  const note = byId('recordings-note');
  byId('recordings-close').addEventListener('click', () => /** @type {HTMLDialogElement} */ (byId('recordings')).close());
  action(byId('recordings-consent'), note, async () => {
    await answerOf(client.rpc('give_recording_consent', { p_booking_id: open?.id, p_version: VERSION }));
    await show();
  }, REFUSALS);
  action(byId('recordings-revoke'), note, async () => {
    await answerOf(client.rpc('revoke_recording_consent', { p_booking_id: open?.id }));
    await show();
    tell(note, 'You have taken it back. What was recorded is being deleted, and nobody opens it any more.');
  }, REFUSALS);
  action(byId('record'), note, async () => {
    await upload(byId('recording-file').files[0]);
    byId('record').reset();
    await show();
    tell(note, 'The recording is there, for both of you.');
  }, REFUSALS);
}

/** @param {{ id: string }} booking @param {string} title @param {boolean} isSpecialist */
export function recordingButton(booking, title, isSpecialist) {
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': `Recording of ${title}` }, 'Recording');
  button.addEventListener('click', async () => {
    open = { id: booking.id, isSpecialist };
    byId('recordings-title').textContent = `Recording: ${title}`;
    tell(byId('recordings-note'), '');
    byId('recordings-state').hidden = true;
    /** @type {HTMLDialogElement} */ (byId('recordings')).showModal();
    await load(byId('recordings-state'), show);
    byId('recordings-state').hidden = false;
  });
  return button;
}

async function show() {
  const [consents, recordings] = await Promise.all([
    answerOf(client.from('recording_consents').select('party, given_at, revoked_at').eq('booking_id', open?.id).order('given_at')),
    answerOf(client.from('meeting_recordings').select('id, mime_type, announced_at, recorded_at, keep_until, ended_at, end_reason, recording_accesses(party, opened_at)')
      .eq('booking_id', open?.id).order('announced_at', { ascending: false })),
  ]);
  const latest = new Map(consents.map((/** @type {any} */ one) => [one.party, one]));
  fillList(byId('recordings-consents'), Object.entries(PARTIES).map(([party, who]) => make('li', {}, make('span', { class: 'what' }, who), make('span', { class: 'state' }, consentText(latest.get(party))))), '');
  const own = latest.get(open?.isSpecialist ? 'specialist' : 'employee');
  const agrees = Boolean(own) && !own.revoked_at;
  byId('recordings-consent').hidden = agrees;
  byId('recordings-revoke').hidden = !agrees;
  const both = Object.keys(PARTIES).every((party) => latest.has(party) && !latest.get(party).revoked_at);
  byId('record').hidden = !(open?.isSpecialist && both);
  fillList(byId('recordings-list'), recordings.map(recordingRow), 'None.');
}

/** @param {any} consent */
function consentText(consent) {
  if (!consent) return 'has not agreed';
  return consent.revoked_at ? `took it back ${shortTime(consent.revoked_at)}` : `agreed ${shortTime(consent.given_at)}`;
}

/** @param {any} recording */
function recordingRow(recording) {
  const { recorded_at: made, ended_at: ended, end_reason: why, keep_until: until, recording_accesses: looks } = recording;
  const what = make('span', { class: 'what' },
    make('strong', {}, `${recording.mime_type.startsWith('video') ? 'Video' : 'Sound'} of ${shortTime(recording.announced_at)}`),
    make('span', { class: 'quiet' }, ended ? `${shortTime(ended)}: ${ENDS[why]}` : made ? `Kept until ${shortTime(until)}` : 'Not uploaded yet'),
    ...looks.map((/** @type {any} */ look) => make('span', { class: 'quiet' }, `Opened by ${PARTIES[/** @type {keyof typeof PARTIES} */ (look.party)].toLowerCase()}, ${shortTime(look.opened_at)}`)));
  if (ended || !made) return make('li', {}, what);
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': `Open the recording of ${shortTime(recording.announced_at)}` }, 'Open');
  action(button, byId('recordings-note'), async () => {
    const { file_url: url } = await bodyOf(callAsPerson('session-recordings/open', { recording_id: recording.id }));
    location.assign(url);
    await show();
  }, REFUSALS);
  return make('li', {}, what, make('span', { class: 'actions' }, button));
}

/** @param {File} file */
async function upload(file) {
  if (file.size > MOST_BYTES) throw new Failure('too_large');
  const bytes = await file.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const hash = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const { recording, upload_url: url } = await bodyOf(callAsPerson('session-recordings', {
    booking_id: open?.id, file_hash: hash, mime_type: file.type, file_size: file.size,
  }));
  const put = await fetch(url, { method: 'PUT', headers: { 'content-type': file.type }, body: bytes }).catch(() => null);
  if (!put?.ok) throw new Failure('silent');
  await bodyOf(callAsPerson('session-recordings/complete', { recording_id: recording.id }));
}
