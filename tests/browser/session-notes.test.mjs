// @ts-check
// Notes of a session in two browsers: the specialist writes, shares and takes back; the employee reads.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { aCustomer, memberOf } from '../end-to-end/platform/companies.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { aSpecialistDayAndNight } from '../end-to-end/platform/specialists.mjs';
import { hindrances } from './axe.mjs';
import { keepScreenshot } from './chromium.mjs';
import { obstacles } from './obstacles.mjs';
import { visitorAs } from './visitor.mjs';

/** @type {Awaited<ReturnType<typeof aSpecialistDayAndNight>>} */
let specialist;
/** @type {Awaited<ReturnType<typeof memberOf>>} */
let employee;
/** @type {string} */
let booking;
before(async () => {
  const [offer, customer] = [await aSpecialistDayAndNight(), await aCustomer()];
  [specialist, employee] = [offer, await memberOf(customer.company, 'employee')];
  await sql`update public.profiles set display_name = 'Frida' where id = ${employee.id}`;
  const { data, error } = await employee.client.rpc('book_session', {
    p_specialist_id: offer.specialistId, p_session_type_id: offer.sessionTypeId,
    p_starts_at: new Date(Math.ceil(Date.now() / 3_600_000 + 24) * 3_600_000).toISOString(),
  });
  assert.equal(error, null);
  booking = data.id;
  // It has just taken place.
  await sql`update public.bookings set starts_at = now() - interval '1 hour', ends_at = now() - interval '10 minutes' where id = ${booking}`;
});

test('notes are written, shared, read and taken back', async () => {
  const [ines, frida] = [await visitorAs(specialist.person), await visitorAs(employee)];
  await frida.page.goto(`${environment.siteUrl}/sessions`);
  await frida.page.locator('#past li').getByText('A talk with Ines Novak').waitFor();
  assert.equal(await frida.page.getByRole('button', { name: /Read the notes/ }).count(), 0, 'nothing is shared yet');

  const { page } = ines;
  await page.goto(`${environment.siteUrl}/practice`);
  const button = page.getByRole('button', { name: 'Notes of A talk with Frida' });
  await button.click();
  await page.getByText('Nothing is written yet.').waitFor();
  await page.getByLabel(/What you want to keep/).fill('Sleeps badly since March.');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByText('What you wrote is not kept.').waitFor();
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await page.getByText('Kept as version 1.').waitFor();
  await page.getByLabel(/What you want to keep/).fill('Dear Frida,\n\nthis is what we talked about: going to bed at the same time, and a walk at noon.');
  await page.getByRole('button', { name: 'Keep as version 2' }).click();
  await page.getByText('Kept as version 2.').waitFor();
  await page.getByRole('button', { name: 'Share version 2' }).click();
  await page.getByText(/Version 2 is shared since .*; not read yet/).waitFor();
  assert.deepEqual(await page.evaluate(obstacles), []);
  assert.deepEqual(await hindrances(page), []);
  await keepScreenshot(page, 'practice-notes');
  await page.getByLabel('Version').selectOption('1');
  await page.waitForFunction(() => /** @type {HTMLTextAreaElement} */ (document.querySelector('#notes-text')).value === 'Sleeps badly since March.');
  await page.getByRole('button', { name: 'Close' }).click();
  await button.getByText('Notes, shared').waitFor();

  await frida.page.reload();
  const reading = frida.page.getByRole('button', { name: /Read the notes of A talk/ });
  await reading.getByText('New notes').waitFor();
  await keepScreenshot(frida.page, 'sessions-new-notes');
  await reading.click();
  await frida.page.getByText('this is what we talked about').waitFor();
  assert.equal(await frida.page.getByText('Sleeps badly').count(), 0);
  assert.deepEqual(await hindrances(frida.page), []);
  await keepScreenshot(frida.page, 'sessions-notes');

  await page.reload();
  await button.getByText('Notes, read').waitFor();
  await button.click();
  await page.getByText(/first read/).waitFor();
  await page.getByRole('button', { name: 'Take back' }).click();
  await page.getByText('Not shared.').waitFor();
  await frida.page.reload();
  await frida.page.locator('#past li').getByText('A talk with Ines Novak').waitFor();
  assert.equal(await frida.page.getByRole('button', { name: /Read the notes/ }).count(), 0);

  await page.route(/session-notes\/read/, (route) => route.abort());
  await page.reload();
  await button.click();
  await page.getByText('Nothing answered. Please try again in a moment.').waitFor();
  assert.deepEqual([...ines.complaints.filter((one) => !/ERR_FAILED/.test(one)), ...frida.complaints], []);
  for (const { context } of [ines, frida]) await context.close();
});
