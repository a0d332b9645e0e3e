// @ts-check
// A booked session is reminded of because pg_cron fires, with nobody calling the dispatcher.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { mailsTo } from './platform/inbox.mjs';
import { aFreeSlot, employ, signedIn } from './platform/people.mjs';
import { eventually } from './platform/waiting.mjs';

after(() => sql.end());

const MINUTE = 60_000;

/** The lead time whose reminder falls on one of the next full minutes. @param {Date} startsAt */
function leadForSoon(startsAt) {
  return Math.floor((startsAt.getTime() - Date.now() - 10_000) / MINUTE);
}

/** The hour and minute as this person reads them, by the database, which alone knows time zones.
 * @param {Date} date @param {string} timeZone @param {string} [form] */
async function localTime(date, timeZone, form = 'HH12:MI AM') {
  const [{ time }] = await sql`select to_char(${date}::timestamptz at time zone ${timeZone}, ${form}) as time`;
  return time;
}

/** @param {{ locale: string, time_zone: string }} who */
async function book(who) {
  const person = await signedIn({ display_name: 'Ada', ...who });
  await employ(person);
  const slot = await aFreeSlot();
  const preferences = await person.client.rpc('save_preferences', {
    p_account_email: true, p_reminder_email: true, p_agenda_email: true, p_agenda_at: '07:00',
    p_reminder_lead_minutes: [leadForSoon(slot.starts_at)], p_locale: who.locale, p_time_zone: who.time_zone,
  });
  assert.equal(preferences.error, null);
  const { data, error } = await person.client.rpc('book_session', {
    p_specialist_id: slot.specialist_id,
    p_session_type_id: slot.session_type_id,
    p_starts_at: slot.starts_at.toISOString(),
  });
  assert.equal(error, null);
  return { ...person, startsAt: slot.starts_at, bookingId: data.id };
}

/** @param {{ email: string }} person @returns {Promise<import('./platform/inbox.mjs').Mail[]>} */
const remindersTo = async ({ email }) => (await mailsTo(email)).filter(({ subject }) => /^(Reminder|Erinnerung):/.test(subject));

/** @param {{ email: string }} person */
const reminderTo = (person) => eventually(`a reminder to ${person.email}`, async () => (await remindersTo(person))[0], 150);

test('people in three zones are reminded of their sessions, in their time and language; one who cancelled is not', async () => {
  const ada = await book({ locale: 'en', time_zone: 'America/New_York' });
  const berta = await book({ locale: 'de', time_zone: 'Asia/Kolkata' });
  const carl = await book({ locale: 'en', time_zone: 'UTC' });
  // Whose language has no text, and whose zone the runtime has wrong for half of the year.
  const dora = await book({ locale: 'ar-SA', time_zone: 'America/Asuncion' });
  const { error } = await carl.client.rpc('cancel_booking', { p_booking_id: carl.bookingId });
  assert.equal(error, null);

  const toAda = await reminderTo(ada);
  const toBerta = await reminderTo(berta);
  const toDora = await reminderTo(dora);
  assert.ok(plain(toAda.text).includes(await localTime(ada.startsAt, 'America/New_York')), toAda.text);
  assert.ok(plain(toBerta.text).includes(await localTime(berta.startsAt, 'Asia/Kolkata', 'HH24:MI')), toBerta.text);
  assert.ok(toBerta.text.includes('GMT+5:30'), toBerta.text);
  const inAsuncion = `, ${await localTime(dora.startsAt, 'America/Asuncion', 'YYYY "at" HH12:MI AM')} GMT-3`;
  assert.ok(plain(toDora.text).includes(inAsuncion), `${toDora.text}: not ${inAsuncion}`);
  assert.match(toAda.text, /, \d+ minutes$/m);
  assert.match(toBerta.text, /, \d+ Minuten$/m);
  assert.notEqual(toAda.subject, toBerta.subject);
  assert.equal((await remindersTo(carl)).length, 0);

  const [{ fired }] = await sql`
    select count(*)::int as fired from cron.job_run_details d join cron.job j using (jobid)
    where j.command like '%booking-reminders-dispatch%' or j.jobname like '%reminder%'`;
  assert.ok(fired > 0, 'the mail came, but not because pg_cron fired');
});

/** Intl puts narrow and non-breaking spaces between numbers and words. @param {string} text */
const plain = (text) => text.replace(/[\u202f\u00a0]/g, ' ');
