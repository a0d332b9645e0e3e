// @ts-check
// Notes of a session over HTTP: written, shared, read; and that they are readable nowhere but to the two whose they are.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { aCustomer, ask, memberOf, platformAdmin } from './platform/companies.mjs';
import { stackDirectory } from './platform/environment.mjs';
import { signedIn } from './platform/people.mjs';
import { aSpecialistDayAndNight } from './platform/specialists.mjs';

after(() => sql.end());

/** @typedef {Awaited<ReturnType<typeof signedIn>>} Person */

const TEXT = 'Zinnober slept badly.\n\tWants to talk about “work” – 💤.';
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

let hour = 0;
/** A session of Erin's with Ines. @returns {Promise<string>} its id */
async function booked() {
  hour += 1;
  const { data, error } = await erin.client.rpc('book_session', {
    p_specialist_id: offer.specialistId,
    p_session_type_id: offer.sessionTypeId,
    p_starts_at: new Date(Math.ceil(Date.now() / 3_600_000 + 48 + hour) * 3_600_000).toISOString(),
  });
  assert.equal(error, null);
  return data.id;
}

/** @param {Person} person @param {string} booking_id @param {number} version @param {string} [text] */
const write = (person, booking_id, version, text = TEXT) => ask(person, 'session-notes', { booking_id, version, text });
/** @param {Person} person @param {string} booking_id @param {number} [version] */
const read = (person, booking_id, version) => ask(person, 'session-notes/read', { booking_id, version });
/** @param {string} booking @param {number | null} version @param {Person} [person] */
const share = (booking, version, person = ines) => person.client.rpc('share_session_note', { p_booking_id: booking, p_note_version: version });
/** @param {{ status: number, body: any }} answer */
const code = ({ status, body }) => `${status} ${body.code ?? body.text ?? body.version}`;

test('notes are written, shared and read, version by version', async () => {
  const booking = await booked();
  assert.equal(code(await read(ines, booking)), '404 not_found');
  assert.equal(code(await write(ines, booking, 1)), '200 1');
  assert.equal(code(await write(ines, booking, 1)), '409 conflict');
  assert.equal(code(await write(ines, booking, 2, 'More.')), '200 2');
  assert.equal(code(await read(erin, booking)), '404 not_found', 'not shared yet');
  assert.deepEqual((await erin.client.rpc('my_session_notes', { p_booking_ids: [booking] })).data, []);

  assert.equal((await share(booking, 1)).error, null);
  const shared = await erin.client.rpc('my_session_notes', { p_booking_ids: [booking] });
  assert.deepEqual(shared.data.map((/** @type {any} */ one) => [one.booking_id, one.seen_at]), [[booking, null]]);
  assert.equal(code(await read(ines, booking)), '200 More.');
  assert.equal((await read(ines, booking)).body.seen_at, null);
  const seen = await read(erin, booking);
  assert.deepEqual([seen.body.text, seen.body.version, seen.body.versions.length], [TEXT, 1, 1]);
  assert.equal(code(await read(erin, booking, 2)), '404 not_found');
  assert.ok((await read(ines, booking, 1)).body.seen_at);
  assert.equal((await share(booking, null)).error, null);
  assert.equal(code(await read(erin, booking)), '404 not_found', 'taken back');
});

test('nobody else reads, writes or shares them, nor learns that there are any', async () => {
  const booking = await booked();
  await write(ines, booking, 1);
  await share(booking, 1);
  const others = [customer.admin, await memberOf(customer.company, 'manager'), await memberOf(customer.company, 'employee'), await platformAdmin(), (await aSpecialistDayAndNight()).person, await signedIn()];
  for (const person of others) {
    assert.equal(code(await read(person, booking)), '404 not_found');
    assert.equal(code(await write(person, booking, 2)), '404 not_found');
    assert.equal((await share(booking, null, person)).error?.message, 'not_found');
    assert.equal((await person.client.rpc('read_session_note', { p_booking_id: booking })).error?.message, 'not_found');
    assert.deepEqual((await person.client.rpc('my_session_notes', { p_booking_ids: [booking] })).data, []);
    assert.equal((await person.client.from('session_notes').select('booking_id')).error?.code, '42501');
  }
  assert.equal(code(await write(erin, booking, 2)), '403 forbidden');
  const person = await read(await platformAdmin(), booking);
  assert.equal(person.status, 404);
  const record = await (await platformAdmin()).client.rpc('read_person', { p_user_id: erin.id, p_reason: 'A ticket of hers.' });
  assert.ok(record.data && !JSON.stringify(record.data).includes('note'), 'their record says nothing of notes');
});

test('two who write at once do not write over each other', async () => {
  const booking = await booked();
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => write(ines, booking, 1, `By ${n}.`)));
  assert.deepEqual(answers.map(code).sort(), ['200 1', ...Array(7).fill('409 conflict')]);
  const [{ count }] = await sql`select count(*)::int from private.session_note_versions where booking_id = ${booking}`;
  assert.equal(count, 1);
});

test('the database has not a word of them, nor have logs; and a row that was moved does not open', async () => {
  const [one, other] = [await booked(), await booked()];
  await write(ines, one, 1);
  await write(ines, one, 2, 'Zinnober once more.');
  await write(ines, other, 1, 'Of another session.');
  await share(one, 1);
  await read(erin, one);
  await write(ines, one, 1, 'Zinnober is refused.');
  await write(erin, one, 3, 'Zinnober is not theirs.');
  await ask(ines, 'session-notes', { booking_id: one, version: 3, text: 'Zinnober\u0000' });
  await ask(ines, 'session-notes', { booking_id: one, version: 3, text: 'Zinnober', more: 'Zinnober' });

  const tables = await sql`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^(pg_|information_schema)'`;
  const said = ['zinnober', Buffer.from('Zinnober').toString('hex'), Buffer.from('Zinnober').toString('base64').slice(0, 10)];
  for (const { name } of tables) {
    const [{ found }] = await sql.unsafe(`select exists (select from ${name} t where lower(t::text) ~ lower($1)) as found`, [said.join('|')]);
    assert.equal(found, false, name);
  }
  const folder = path.join(stackDirectory, 'logs');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name));
  const logs = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file, 'utf8'));
  assert.ok(logs.some((text) => text.includes('"function":"session-notes"')), 'its requests are in the logs');
  for (const text of logs) assert.ok(!text.toLowerCase().includes('zinnober'));

  // Whoever can write to the database makes others' words of it no more than read them.
  await sql`alter table private.session_note_versions disable trigger refuse_change`;
  try {
    await sql`
      update private.session_note_versions v set sealed = o.sealed from private.session_note_versions o
      where v.booking_id = ${other} and o.booking_id = ${one} and o.version = 1`;
    assert.equal(code(await read(ines, other)), '500 internal', 'of another session');
    await sql`
      update private.session_note_versions v set sealed = o.sealed from private.session_note_versions o
      where v.booking_id = ${one} and v.version = 2 and o.booking_id = ${one} and o.version = 1`;
    assert.equal(code(await read(ines, one)), '500 internal', 'an older one in the place of a newer');
  } finally {
    await sql`alter table private.session_note_versions enable trigger refuse_change`;
  }
  assert.equal(code(await read(ines, one, 1)), `200 ${TEXT}`);
  const plain = await ines.client.rpc('write_session_note', { p_booking_id: one, p_note_version: 3, p_sealed: 'Zinnober, not sealed' });
  assert.equal(plain.error?.message, 'invalid_request');
  const forged = await ines.client.rpc('write_session_note', { p_booking_id: one, p_note_version: 3, p_sealed: '0123456789abcdef.AAAA' });
  assert.equal(forged.error, null, 'what looks sealed is kept,');
  assert.equal(code(await read(ines, one)), '500 internal', 'and opens for nobody');
});
