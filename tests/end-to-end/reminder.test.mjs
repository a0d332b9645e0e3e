// @ts-check
// A booked session is reminded of because pg_cron fires, with nobody calling the dispatcher.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { mailTo, mailsTo } from './platform/inbox.mjs';
import { anOffer, employ, signedIn } from './platform/people.mjs';

after(() => sql.end());

const MINUTE = 60_000;

/** A start that may be booked, and the lead time whose reminder falls on one of the next full minutes. */
function aSessionToBeRemindedOfSoon() {
  const startsAt = new Date(Math.ceil((Date.now() + 65 * MINUTE) / (5 * MINUTE)) * 5 * MINUTE);
  const lead = Math.floor((startsAt.getTime() - Date.now() - 10_000) / MINUTE);
  return { startsAt, lead };
}

/** @param {Date} date @param {string} locale @param {string} timeZone the hour and minute as this person reads them */
function localTime(date, locale, timeZone) {
  return new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone }).format(date);
}

/** @param {{ locale: string, time_zone: string }} who @param {string} specialistId @param {string} sessionTypeId */
async function book(who, specialistId, sessionTypeId) {
  const person = await signedIn({ display_name: 'Ada', ...who });
  await employ(person);
  const { startsAt, lead } = aSessionToBeRemindedOfSoon();
  const preferences = await person.client.from('notification_preferences').insert({ reminder_lead_minutes: [lead] });
  assert.equal(preferences.error, null);
  const { data, error } = await person.client.rpc('book_session', {
    p_specialist_id: specialistId,
    p_session_type_id: sessionTypeId,
    p_starts_at: startsAt.toISOString(),
  });
  assert.equal(error, null);
  return { ...person, startsAt, bookingId: data.id };
}

test('two people in two zones are reminded of their sessions, in their time and language; a third, who cancelled, is not', async () => {
  const offers = await threeOffers();
  const ada = await book(
    { locale: 'en', time_zone: 'America/New_York' },
    offers[0].specialist_id,
    offers[0].session_type_id,
  );
  const berta = await book(
    { locale: 'de', time_zone: 'Asia/Kolkata' },
    offers[1].specialist_id,
    offers[1].session_type_id,
  );
  const carl = await book({ locale: 'en', time_zone: 'UTC' }, offers[2].specialist_id, offers[2].session_type_id);
  const { error } = await carl.client.rpc('cancel_booking', { p_booking_id: carl.bookingId });
  assert.equal(error, null);

  const toAda = await mailTo(ada.email, 2, 150);
  const toBerta = await mailTo(berta.email, 2, 150);
  assert.ok(plain(toAda.text).includes(plain(localTime(ada.startsAt, 'en', 'America/New_York'))), toAda.text);
  assert.ok(plain(toBerta.text).includes(plain(localTime(berta.startsAt, 'de', 'Asia/Kolkata'))), toBerta.text);
  assert.notEqual(toAda.subject, toBerta.subject);
  assert.equal((await mailsTo(carl.email)).length, 1);

  const [{ fired }] = await sql`
    select count(*)::int as fired from cron.job_run_details d join cron.job j using (jobid)
    where j.command like '%booking-reminders-dispatch%' or j.jobname like '%reminder%'`;
  assert.ok(fired > 0, 'the mail came, but not because pg_cron fired');
});

/** Intl puts narrow and non-breaking spaces between numbers and words. @param {string} text */
const plain = (text) => text.replace(/[\u202f\u00a0]/g, ' ');

/** Different specialists, since the three sessions are at the same time. */
async function threeOffers() {
  /** @type {Map<string, Record<string, any>>} */
  const offers = new Map();
  for (let look = 0; look < 60 && offers.size < 3; look += 1) {
    const offer = await anOffer();
    offers.set(offer.specialist_id, offer);
  }
  assert.equal(offers.size, 3, 'the seed has fewer than three specialists to book');
  return [...offers.values()];
}
