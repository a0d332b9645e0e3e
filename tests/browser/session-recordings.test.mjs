// @ts-check
// The recording of a session in two browsers: both agree, the specialist uploads, both open it and see who did, and one takes it back.

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
before(async () => {
  const [offer, customer] = [await aSpecialistDayAndNight(), await aCustomer()];
  [specialist, employee] = [offer, await memberOf(customer.company, 'employee')];
  await sql`update public.profiles set display_name = 'Frida' where id = ${employee.id}`;
  const { data, error } = await employee.client.rpc('book_session', {
    p_specialist_id: offer.specialistId, p_session_type_id: offer.sessionTypeId,
    p_starts_at: new Date(Math.ceil(Date.now() / 3_600_000 + 24) * 3_600_000).toISOString(),
  });
  assert.equal(error, null);
  await sql`update public.bookings set starts_at = now() - interval '1 hour', ends_at = now() - interval '10 minutes' where id = ${data.id}`;
});

test('a recording is agreed on, uploaded, opened and taken back', async () => {
  const [ines, frida] = [await visitorAs(specialist.person), await visitorAs(employee)];
  await ines.page.goto(`${environment.siteUrl}/practice`);
  await ines.page.getByRole('button', { name: 'Recording of A talk with Frida' }).click();
  await ines.page.getByText('has not agreed').first().waitFor();
  await ines.page.getByRole('button', { name: 'I agree to the recording' }).click();
  await ines.page.getByText(/^agreed/).waitFor();
  assert.equal(await ines.page.getByLabel(/Add one/).isVisible(), false, 'one is not both');

  await frida.page.goto(`${environment.siteUrl}/sessions`);
  await frida.page.getByRole('button', { name: 'Recording of A talk with Ines Novak' }).click();
  await frida.page.getByText('has not agreed').waitFor();
  assert.deepEqual(await frida.page.evaluate(obstacles), []);
  assert.deepEqual(await hindrances(frida.page), []);
  await keepScreenshot(frida.page, 'sessions-recording-consent');
  await frida.page.getByRole('button', { name: 'I agree to the recording' }).click();
  await frida.page.getByRole('button', { name: 'Take it back and delete' }).waitFor();

  await ines.page.getByRole('button', { name: 'Close' }).click();
  await ines.page.getByRole('button', { name: 'Recording of A talk with Frida' }).click();
  const file = (/** @type {string} */ text) => ({ name: 'talk.mp4', mimeType: 'video/mp4', buffer: Buffer.from(text) });
  await ines.page.getByLabel(/Add one/).setInputFiles(file('<script>alert(1)</script>'));
  await ines.page.getByRole('button', { name: 'Upload it' }).click();
  await ines.page.getByText('This file is not what its name says.').waitFor();
  await ines.page.getByLabel(/Add one/).setInputFiles(file('\0\0\0\x20ftypisom a talk'));
  await ines.page.getByRole('button', { name: 'Upload it' }).click();
  await ines.page.getByText('The recording is there, for both of you.').waitFor();

  await frida.page.getByRole('button', { name: 'Close' }).click();
  await frida.page.getByRole('button', { name: 'Recording of A talk with Ines Novak' }).click();
  const download = frida.page.waitForEvent('download');
  await frida.page.getByRole('button', { name: /^Open the recording/ }).click();
  assert.match((await download).suggestedFilename(), /^session-[0-9a-f]{8}\.mp4$/);
  await frida.page.getByText(/Opened by the employee/).waitFor();
  await keepScreenshot(frida.page, 'sessions-recording');

  await ines.page.getByRole('button', { name: 'Close' }).click();
  await ines.page.getByRole('button', { name: 'Recording of A talk with Frida' }).click();
  await ines.page.getByText(/Opened by the employee/).waitFor();
  assert.deepEqual(await hindrances(ines.page), []);
  await keepScreenshot(ines.page, 'practice-recording');

  await frida.page.getByRole('button', { name: 'Take it back and delete' }).click();
  await frida.page.getByText('You have taken it back.').waitFor();
  await frida.page.getByText(/as one of you took their consent back/).first().waitFor();
  assert.equal(await frida.page.getByRole('button', { name: /^Open the recording/ }).count(), 0);
  await ines.page.getByRole('button', { name: /^Open the recording/ }).click();
  await ines.page.getByText('This is no longer there.').waitFor();
  for (const { context } of [ines, frida]) await context.close();
});
