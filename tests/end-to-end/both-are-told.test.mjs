// @ts-check
// What becomes of a session is in both mailboxes, in the zone and language of each, and nobody has to ask for it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { service, sql } from './platform/clients.mjs';
import { dispatch } from './platform/functions.mjs';
import { mailsTo } from './platform/inbox.mjs';
import { employ, signedIn } from './platform/people.mjs';
import { aSpecialistDayAndNight } from './platform/specialists.mjs';
import { eventually } from './platform/waiting.mjs';

after(() => sql.end());

/** @type {Awaited<ReturnType<typeof aSpecialistDayAndNight>>} */
let ines;
/** @type {Awaited<ReturnType<typeof signedIn>>} */
let emma;
before(async () => {
  ines = await aSpecialistDayAndNight();
  emma = await signedIn({ display_name: 'Emma Rossi', locale: 'de', time_zone: 'America/New_York' });
  await employ(emma);
  await speak(ines.person, 'en', 'Asia/Tokyo');
});

/** @param {{ client: import('@supabase/supabase-js').SupabaseClient }} person @param {string} locale @param {string} zone */
async function speak({ client }, locale, zone) {
  const { error } = await client.rpc('save_preferences', {
    p_account_email: false, p_reminder_email: false, p_agenda_email: false, p_agenda_at: '07:00', p_reminder_lead_minutes: [],
    p_locale: locale, p_time_zone: zone,
  });
  assert.equal(error, null);
}

/** The mail to a person whose subject begins so, sent as pg_cron has it sent every minute. @param {{ email: string }} person @param {string} subject */
const told = ({ email }, subject) =>
  eventually(`"${subject}" to ${email}`, async () => {
    await dispatch('email-dispatch');
    return (await mailsTo(email)).find((mail) => mail.subject.startsWith(subject));
  }, 75);

/** @param {Date} at @param {string} zone @param {string} form */
async function wall(at, zone, form) {
  const [{ time }] = await sql`select to_char(${at}::timestamptz at time zone ${zone}, ${form}) as time`;
  return time;
}

test('a session that is booked, takes place elsewhere and is cancelled is told to both, also with all mail switched off', async () => {
  const startsAt = new Date(Math.ceil((Date.now() + 26 * 3_600_000) / 300_000) * 300_000);
  const booked = await emma.client.rpc('book_session', {
    p_specialist_id: ines.specialistId, p_session_type_id: ines.sessionTypeId, p_starts_at: startsAt.toISOString(),
  });
  assert.equal(booked.error, null);
  const toEmma = await told(emma, 'Gebucht');
  const toInes = await told(ines.person, 'Booked');
  assert.ok(toEmma.text.includes('A talk mit Ines Novak'), toEmma.text);
  assert.ok(toEmma.text.includes(await wall(startsAt, 'America/New_York', 'HH24:MI')), toEmma.text);
  assert.ok(toInes.text.includes('A talk with Emma Rossi'), toInes.text);
  assert.ok(toInes.text.includes(await wall(startsAt, 'Asia/Tokyo', 'HH12:MI').then((time) => time.replace(/^0/, ''))), toInes.text);
  for (const { subject } of [toEmma, toInes]) assert.doesNotMatch(subject, /talk|Ines|Emma/);

  const place = await ines.person.client.rpc('change_place', {
    p_booking_id: booked.data.id, p_kind: 'in_person', p_detail: '12 Larkspur Street, see evil.example',
  });
  assert.equal(place.error, null);
  const elsewhere = await told(emma, 'Geändert');
  assert.ok(elsewhere.text.includes('Vor Ort: 12 Larkspur Street, see evil.\u200bexample'), elsewhere.text);
  await told(ines.person, 'Changed');

  const words = 'Ich bin krank.\n\nIhr Konto ist gesperrt.';
  const cancelled = await emma.client.rpc('cancel_booking', { p_booking_id: booked.data.id, p_reason: words, p_category: 'illness' });
  assert.equal(cancelled.error, null);
  assert.ok((await told(emma, 'Abgesagt')).text.includes('Sie haben diesen Termin abgesagt:'));
  const news = await told(ines.person, 'Cancelled');
  assert.ok(news.text.includes('whom you were to meet has cancelled this session:'), news.text);
  assert.ok(news.text.includes('“Ich bin krank. Ihr Konto ist gesperrt.”'), news.text);
  assert.deepEqual([await mailsTo(emma.email), await mailsTo(ines.person.email)].map((mails) => mails.length), [3, 3], 'each is told once');
});

test('a request and its answer are told to both; the specialist is asked by when', async () => {
  await sql`insert into public.specialist_session_types (specialist_id, session_type_id, requires_acceptance) values (${ines.specialistId}, ${ines.sessionTypeId}, true)`;
  const startsAt = new Date(Math.ceil((Date.now() + 50 * 3_600_000) / 300_000) * 300_000);
  const asked = await emma.client.rpc('request_session', {
    p_specialist_id: ines.specialistId, p_session_type_id: ines.sessionTypeId, p_starts_at: startsAt.toISOString(),
  });
  assert.equal(asked.error, null);
  await told(emma, 'Angefragt');
  const request = await told(ines.person, 'Asked for');
  assert.match(request.text, /Please accept or decline it\. The request lapses on .+ GMT\+9\./);
  const { error } = await ines.person.client.rpc('decline_session', { p_booking_id: asked.data.id, p_reason: 'I am away.' });
  assert.equal(error, null);
  assert.ok((await told(emma, 'Abgelehnt')).text.includes('„I am away.“'));
  await told(ines.person, 'Declined');
  const { data } = await service.from('bookings').select('status').eq('id', asked.data.id).single();
  assert.equal(data?.status, 'declined');
});
