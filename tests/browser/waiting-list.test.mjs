// @ts-check
// Waiting for a time in a browser: nothing is free, somebody waits, a time falls free, is held for them, and is booked.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { aCustomer, memberOf } from '../end-to-end/platform/companies.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { mailTo } from '../end-to-end/platform/inbox.mjs';
import { aSpecialistDayAndNight } from '../end-to-end/platform/specialists.mjs';
import { hindrances } from './axe.mjs';
import { keepScreenshot } from './chromium.mjs';
import { onPage } from './documents-page.mjs';
import { obstacles } from './obstacles.mjs';

test('somebody waits where nothing is free, and books what falls free for them', async () => {
  const [specialist, customer] = [await aSpecialistDayAndNight(), await aCustomer()];
  const [waiting, other] = [await memberOf(customer.company, 'employee'), await memberOf(customer.company, 'employee')];
  // They work one hour of the week, which somebody has.
  const [{ starts_at: startsAt, day }] = await sql`
    select at as starts_at, extract(isodow from at at time zone s.time_zone)::int as day
    from public.specialists s, lateral (select (date_trunc('day', now() at time zone s.time_zone) + interval '3 days 15 hours') at time zone s.time_zone as at) t
    where s.id = ${specialist.specialistId}`;
  await sql`delete from public.specialist_working_hours where specialist_id = ${specialist.specialistId}`;
  await sql`insert into public.specialist_working_hours (specialist_id, day_of_week, starts_at, ends_at, effective_from) values (${specialist.specialistId}, ${day}, '15:00', '16:00', current_date - 9)`;
  const { data: booked } = await other.client.rpc('book_session', { p_specialist_id: specialist.specialistId, p_session_type_id: specialist.sessionTypeId, p_starts_at: startsAt });

  const { page, complaints } = await onPage(waiting, '/find');
  await page.getByLabel('Session', { exact: true }).selectOption(specialist.sessionTypeId);
  await page.getByLabel('Specialist', { exact: true }).selectOption(specialist.specialistId);
  await page.getByText('Nobody is free in this week. Look at a later one.').waitFor();
  for (const name of ['Saturday', 'Sunday']) await page.locator('#wait-weekdays').getByLabel(name).check();
  await page.getByLabel('Not before').fill('00:00');
  await page.getByLabel('Over by').fill('00:00');
  assert.deepEqual(await page.evaluate(obstacles), []);
  assert.deepEqual(await hindrances(page), []);
  await page.getByRole('button', { name: 'Wait for a time' }).click();
  await page.getByText(/^You wait for a time:/).waitFor();
  await keepScreenshot(page, 'find-wait');
  await page.goto(`${environment.siteUrl}/sessions`);
  await page.locator('#waiting').getByText('A talk with Ines Novak').waitFor();
  assert.deepEqual(await hindrances(page), []);
  await keepScreenshot(page, 'sessions-waiting');

  await other.client.rpc('cancel_booking', { p_booking_id: booked.id });
  await sql`select private.run_job('offer_freed_times')`;
  const mail = await mailTo(waiting.email);
  assert.match(mail.subject, /^Held for you: a session on/);
  assert.match(mail.text, /Book it by .*After that it goes to whoever is next/);
  await page.reload();
  await page.getByText(/^Held for you, until/).waitFor();
  await keepScreenshot(page, 'sessions-offered');
  await page.getByRole('button', { name: /^Book A talk/ }).click();
  await page.getByText(/^Booked: A talk/).waitFor();
  await page.locator('#waiting-card').waitFor({ state: 'hidden' });
  assert.deepEqual(complaints, []);
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto(`${environment.siteUrl}/find`);
  await page.locator('#times').waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  const { data: rest } = await other.client.from('waiting_list_entries').select('id');
  assert.deepEqual(rest, [], 'nobody learns who waits');
});
