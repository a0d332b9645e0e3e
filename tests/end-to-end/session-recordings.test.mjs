// @ts-check
// Recordings of sessions over HTTP: consents, a signed upload, the comparison, addresses of minutes, and what remains when one of the
// two takes their consent back, also while the upload is being completed.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { aCustomer, ask, memberOf, platformAdmin } from './platform/companies.mjs';
import { environment } from './platform/environment.mjs';
import { callFunction } from './platform/functions.mjs';
import { aSpecialistDayAndNight, sha256 } from './platform/specialists.mjs';

after(() => sql.end());

/** @typedef {Awaited<ReturnType<typeof memberOf>>} Person */

/** An MP4 as far as anybody looks. @param {string} [text] */
const anMp4 = (text = String(Math.random())) => Buffer.from(`\0\0\0\x20ftypisom ${text}`);
/** @type {Person} */
let ines;
/** @type {Person} */
let erin;
/** @type {Awaited<ReturnType<typeof aCustomer>>} */
let customer;
/** @type {Awaited<ReturnType<typeof aSpecialistDayAndNight>>} */
let offer;

before(async () => {
  [customer, offer] = [await aCustomer(), await aSpecialistDayAndNight()];
  [ines, erin] = [offer.person, await memberOf(customer.company, 'employee')];
});

let hours = 1;
/** A session that has just taken place. @returns {Promise<string>} its id */
async function session() {
  hours += 2;
  const { data, error } = await erin.client.rpc('book_session', {
    p_specialist_id: offer.specialistId, p_session_type_id: offer.sessionTypeId,
    p_starts_at: new Date(Math.ceil(Date.now() / 3_600_000 + 48 + hours) * 3_600_000).toISOString(),
  });
  assert.equal(error, null);
  await sql`update public.bookings set starts_at = now() - make_interval(hours => ${hours}), ends_at = now() - make_interval(hours => ${hours}, mins => -50) where id = ${data.id}`;
  return data.id;
}

/** @param {Person} person @param {string} booking */
const consent = (person, booking) => person.client.rpc('give_recording_consent', { p_booking_id: booking, p_version: '2026-11' });
/** @param {Person} person @param {string} booking */
const revoke = (person, booking) => person.client.rpc('revoke_recording_consent', { p_booking_id: booking });
/** @param {Person} person @param {string} booking_id @param {Buffer} file @param {object} [more] */
const announce = (person, booking_id, file, more = {}) =>
  ask(person, 'session-recordings', { booking_id, file_hash: sha256(file), mime_type: 'video/mp4', file_size: file.length, ...more });
/** @param {string} address @param {Buffer} file @param {string} [type] */
const put = (address, file, type = 'video/mp4') => fetch(environment.url + address, { method: 'PUT', headers: { 'content-type': type }, body: new Uint8Array(file) });
/** @param {Person} person @param {'complete' | 'open'} step @param {string} recording_id */
const step = (person, step, recording_id) => ask(person, `session-recordings/${step}`, { recording_id });
/** @param {{ status: number, body: any }} answer */
const code = ({ status, body }) => `${status} ${body.code ?? ''}`.trim();
const sweep = () => callFunction('storage-sweep', { headers: { apikey: environment.cronKey }, body: {} });
/** @param {string} recording */
const filesOf = async (recording) => (await sql`select bucket_id from storage.objects where name like ${`%/${recording}%`} order by 1`).map((row) => row.bucket_id);

/** A recording with its file, and both consents. @param {string} booking @param {Buffer} file */
async function uploaded(booking, file, stored = file) {
  for (const person of [ines, erin]) assert.equal((await consent(person, booking)).error, null);
  const { body } = await announce(ines, booking, file);
  assert.equal((await put(body.upload_url, stored)).status, 200);
  return /** @type {{ id: string, address: string }} */ ({ id: body.recording.id, address: body.upload_url });
}

test('a recording is made once both consent, opened by both, and gone when one takes that back', async () => {
  const [booking, file] = [await session(), anMp4()];
  assert.equal(code(await announce(ines, booking, file)), '409 conflict');
  await consent(ines, booking);
  assert.equal(code(await announce(ines, booking, file)), '409 conflict', 'one is not both');
  const { id, address } = await uploaded(booking, file);
  assert.equal(code(await step(erin, 'open', id)), '404 not_found', 'not compared yet');
  assert.equal(code(await step(erin, 'complete', id)), '404 not_found', 'that is for the specialist');
  assert.equal(code(await step(ines, 'complete', id)), '200');
  assert.ok((await put(address, anMp4('another'))).status >= 400 || (await filesOf(id)).includes('recording-uploads'), 'what is put there later is no recording');

  for (const person of [ines, erin]) {
    const opened = await step(person, 'open', id);
    assert.deepEqual([opened.status, opened.body.expires_in], [200, 300]);
    const seen = await fetch(environment.url + opened.body.file_url);
    assert.deepEqual([seen.status, seen.headers.get('content-type')], [200, 'video/mp4']);
    assert.match(seen.headers.get('content-disposition') ?? '', /^attachment; filename=session-[0-9a-f]{8}\.mp4/);
    assert.ok(Buffer.from(await seen.arrayBuffer()).equals(file));
  }
  const { data: accesses } = await erin.client.from('recording_accesses').select('party').eq('recording_id', id).order('party');
  assert.deepEqual(accesses, [{ party: 'employee' }, { party: 'specialist' }]);

  assert.equal((await revoke(erin, booking)).error, null);
  for (const person of [ines, erin]) assert.equal(code(await step(person, 'open', id)), '404 not_found');
  await sweep();
  assert.deepEqual(await filesOf(id), [], 'no file of it is left');
  const { data: fact } = await ines.client.from('meeting_recordings').select('end_reason').eq('id', id).single();
  assert.equal(fact?.end_reason, 'consent_revoked');
  assert.equal(code(await announce(ines, booking, file)), '409 conflict');
});

test('nobody else consents, announces, completes, opens or sees', async () => {
  const [booking, file] = [await session(), anMp4()];
  const { id } = await uploaded(booking, file);
  assert.equal(code(await step(ines, 'complete', id)), '200');
  const others = [customer.admin, await memberOf(customer.company, 'manager'), await memberOf(customer.company, 'employee'), await platformAdmin(), (await aSpecialistDayAndNight()).person];
  for (const person of others) {
    assert.equal((await consent(person, booking)).error?.message, 'not_found');
    assert.equal((await revoke(person, booking)).error?.message, 'not_found');
    assert.equal(code(await announce(person, booking, file)), '404 not_found');
    for (const one of /** @type {const} */ (['complete', 'open'])) assert.equal(code(await step(person, one, id)), '404 not_found');
    for (const table of ['recording_consents', 'meeting_recordings', 'recording_accesses']) {
      assert.deepEqual((await person.client.from(table).select(table === 'recording_accesses' ? 'party' : 'id')).data, [], table);
    }
  }
  const [{ recorded_path: name }] = await sql`select recorded_path from public.meeting_recordings where id = ${id}`;
  for (const person of [...others, ines, erin]) {
    for (const bucket of ['recording-uploads', 'meeting-recordings']) {
      assert.ok((await person.client.storage.from(bucket).download(name)).error, 'no client reads the buckets');
      assert.ok((await person.client.storage.from(bucket).upload(`${name}x`, file, { contentType: 'video/mp4' })).error, 'or writes to them');
      assert.ok((await person.client.storage.from(bucket).createSignedUrl(name, 60)).error, 'or signs an address');
      assert.ok((await person.client.storage.from(bucket).createSignedUploadUrl(`${name}x`)).error, 'or one to upload to');
    }
  }
  assert.equal(code(await announce(erin, booking, file)), '403 forbidden');
});

test('what was uploaded is no recording unless it is what was announced', async () => {
  const file = anMp4('0123456789');
  for (const [stored, expected] of /** @type {const} */ ([
    [anMp4('012345678!'), '422 file_mismatch'],
    [anMp4('01234567890'), '422 file_mismatch'],
    [Buffer.from('<script>alert(1)</script>'.slice(0, file.length)), '422 file_type_mismatch'],
  ])) {
    const { id } = await uploaded(await session(), file, stored);
    assert.equal(code(await step(ines, 'complete', id)), expected);
    assert.deepEqual(await filesOf(id), ['recording-uploads'], 'no copy of it is left');
    assert.equal(code(await step(ines, 'open', id)), '404 not_found');
  }
  const booking = await session();
  for (const person of [ines, erin]) await consent(person, booking);
  assert.equal(code(await announce(ines, booking, file, { mime_type: 'text/html' })), '400 invalid_request');
  const { body } = await announce(ines, booking, file);
  assert.equal(code(await step(ines, 'complete', body.recording.id)), '409 file_missing');
  assert.ok((await put(body.upload_url, file, 'text/html')).status >= 400, 'the bucket takes no page');
  assert.ok((await put(body.upload_url.replace(body.recording.id, crypto.randomUUID()), file)).status >= 400, 'an address is for one name');
});

test('of a consent that is taken back and a recording that is completed at once, nobody can open what is left', async (context) => {
  /** @type {Record<string, number>} */
  const outcomes = {};
  for (let n = 0; n < 10; n += 1) {
    const [booking, file] = [await session(), anMp4()];
    const { id } = await uploaded(booking, file);
    const wait = new Promise((done) => setTimeout(done, n * 80));
    const [made, revoked] = await Promise.all([step(ines, 'complete', id), wait.then(() => revoke(n % 2 ? erin : ines, booking))]);
    assert.equal(revoked.error, null);
    assert.ok(['200', '404 not_found', '409 conflict'].includes(code(made)), code(made));
    outcomes[code(made)] = (outcomes[code(made)] ?? 0) + 1;
    for (const person of [ines, erin]) assert.equal(code(await step(person, 'open', id)), '404 not_found');
    await sweep();
    assert.deepEqual(await filesOf(id), []);
    const [row] = await sql`select ended_at is not null as ended, end_reason from public.meeting_recordings where id = ${id}`;
    assert.deepEqual({ ...row }, { ended: true, end_reason: 'consent_revoked' });
  }
  context.diagnostic(JSON.stringify(outcomes));
});
