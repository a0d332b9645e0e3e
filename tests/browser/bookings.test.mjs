// @ts-check
// Sessions in a browser, as the employee and as the specialist: found, held and booked; moved, asked for, agreed on, given up, closed.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { aCustomer, memberOf } from '../end-to-end/platform/companies.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { aSpecialistDayAndNight } from '../end-to-end/platform/specialists.mjs';
import { keepScreenshot } from './chromium.mjs';
import { obstacles } from './obstacles.mjs';
import { visitorAs } from './visitor.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof aSpecialistDayAndNight>>} */
let specialist;
/** @type {Awaited<ReturnType<typeof aCustomer>>} */
let customer;
before(async () => {
  [specialist, customer] = [await aSpecialistDayAndNight(), await aCustomer()];
});

/** Somebody of the company, in their browser. @param {string} name */
async function anEmployee(name) {
  const person = await memberOf(customer.company, 'employee');
  await sql`update public.profiles set display_name = ${name} where id = ${person.id}`;
  return { person, ...(await visitorAs(person)) };
}

/** Looks for times of the specialist, and chooses the n-th that is free in the week after this. @param {Page} page @param {number} n */
async function choose(page, n) {
  await page.goto(`${environment.siteUrl}/find`);
  await page.getByLabel('Session', { exact: true }).selectOption(specialist.sessionTypeId);
  await page.getByLabel('Specialist', { exact: true }).selectOption(specialist.specialistId);
  await later(page);
  await page.locator('.slots button').nth(n).click();
}

/** @param {Page} page */
async function later(page) {
  await page.locator('.slots button').first().waitFor();
  const span = await page.locator('#span').innerText();
  await page.getByRole('button', { name: 'Later' }).click();
  await page.locator('#span').filter({ hasNotText: span }).waitFor();
  await page.locator('.slots button').first().waitFor();
}

/** The only booking of somebody, as it stands. @param {{ id: string }} person */
async function bookingOf({ id }) {
  const [booking] = await sql`select id, status, starts_at from public.bookings where employee_id = ${id} order by created_at desc limit 1`;
  return booking;
}

describe('a session that is booked at once', () => {
  test('is found, held, booked, moved and cancelled', async () => {
    const { person, page, context, complaints } = await anEmployee('Frida');
    await choose(page, 3);
    await page.getByText(/It is held for you until/).waitFor();
    assert.equal((await bookingOf(person)).status, 'held');
    assert.deepEqual(await page.evaluate(obstacles), []);
    await keepScreenshot(page, 'find-held');
    await page.getByRole('button', { name: 'Choose another time' }).click();
    await page.locator('.slots button').nth(4).click();
    await page.getByRole('button', { name: 'Book it' }).click();
    await page.getByText('Booked for').waitFor();
    const booked = await bookingOf(person);
    assert.equal(booked.status, 'confirmed');

    await page.getByRole('link', { name: 'To your sessions' }).click();
    const row = page.locator('#coming li');
    await row.getByText('A talk with Ines Novak').waitFor();
    assert.deepEqual(await page.evaluate(obstacles), []);
    await keepScreenshot(page, 'sessions-coming');
    await row.getByRole('link', { name: /^Move/ }).click();
    await page.getByRole('heading', { name: 'Move a session' }).waitFor();
    await later(page);
    await page.locator('.slots button').nth(8).click();
    await page.getByRole('button', { name: 'Move it there' }).click();
    await page.getByText('Moved to').waitFor();
    assert.notEqual((await bookingOf(person)).starts_at.getTime(), booked.starts_at.getTime());

    await page.goto(`${environment.siteUrl}/sessions`);
    await row.getByRole('button', { name: /^Cancel/ }).click();
    await page.getByLabel('Why').selectOption('illness');
    await page.getByLabel(/A word for the other/).fill('A cold, I am afraid.');
    await keepScreenshot(page, 'sessions-cancel');
    await page.getByRole('button', { name: 'Cancel the session' }).click();
    await page.getByText(/^Cancelled: A talk/).waitFor();
    await page.locator('#coming').getByText('None yet.').waitFor();
    const [cancellation] = await sql`select category, reason, actor from public.booking_cancellations where booking_id = ${booked.id}`;
    assert.deepEqual({ ...cancellation }, { category: 'illness', reason: 'A cold, I am afraid.', actor: 'employee' });
    await page.reload();
    await page.locator('#past li').getByText('Cancelled').waitFor();
    assert.deepEqual(complaints, []);
    await context.close();
  });

  test('is refused in words when somebody was faster, and whoever belongs to no company is told why nothing is offered', async () => {
    const { page, context } = await anEmployee('Gil');
    await page.goto(`${environment.siteUrl}/find`);
    await page.getByLabel('Session', { exact: true }).selectOption(specialist.sessionTypeId);
    await later(page);
    const faster = await memberOf(customer.company, 'employee');
    const time = page.locator('.slots button').nth(6);
    const { slots } = (await faster.client.rpc('available_slots', { p_specialist_id: specialist.specialistId, p_session_type_id: specialist.sessionTypeId })).data;
    const name = await time.getAttribute('aria-label');
    const label = (/** @type {string} */ at) => new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: 'America/Sao_Paulo' }).format(new Date(at));
    const slot = slots.find((/** @type {any} */ one) => name?.startsWith(label(one.starts_at)));
    await faster.client.rpc('book_session', { p_specialist_id: slot.specialist_id, p_session_type_id: slot.session_type_id, p_starts_at: slot.starts_at });
    await time.click();
    await page.getByText('This time is no longer free.').waitFor();
    await page.route(/hold_slot/, (route) => route.abort());
    await page.locator('.slots button').first().click();
    const told = page.getByText('Nothing answered. Please try again in a moment.');
    await told.waitFor();
    const place = await told.boundingBox();
    assert.ok(place && place.y >= 0 && place.y + place.height <= 720, 'in sight, wherever the time is');
    await context.close();

    await sql`update public.company_members set status = 'removed' where user_id = ${faster.id}`;
    const outside = await visitorAs(faster);
    await outside.page.goto(`${environment.siteUrl}/find`);
    await outside.page.getByText('Sessions are booked by members of a company that takes part.').waitFor();
    await keepScreenshot(outside.page, 'find-refused');
    await outside.context.close();
  });
});

describe('a session that the specialist accepts first', () => {
  test('is asked for, answered with another time, agreed on, and closed', async () => {
    const accepting = await aSpecialistDayAndNight();
    await sql`insert into public.specialist_booking_rules (specialist_id, requires_acceptance, place_kind, place_detail) values (${accepting.specialistId}, true, 'in_person', 'Room 7')`;
    const employee = await anEmployee('Hanna');
    const { page } = employee;
    await page.goto(`${environment.siteUrl}/find`);
    await page.getByLabel('Session', { exact: true }).selectOption(accepting.sessionTypeId);
    await later(page);
    await page.locator('.slots button').nth(2).click();
    await page.getByRole('button', { name: 'Ask for this time' }).click();
    await page.getByText(/^Asked for .* The specialist answers by/).waitFor();

    const giving = await visitorAs(accepting.person);
    await giving.page.goto(`${environment.siteUrl}/practice`);
    const request = giving.page.locator('#requests li');
    await request.getByText('A talk with Hanna').waitFor();
    assert.deepEqual(await giving.page.evaluate(obstacles), []);
    await keepScreenshot(giving.page, 'practice-request');
    await request.getByRole('link', { name: /^Propose another time/ }).click();
    await giving.page.getByRole('heading', { name: 'Propose another time' }).waitFor();
    await later(giving.page);
    await giving.page.locator('.slots button').nth(9).click();
    await giving.page.getByRole('button', { name: 'Propose this time' }).click();
    await giving.page.getByText(/^Proposed: /).waitFor();

    await page.goto(`${environment.siteUrl}/sessions`);
    await page.getByText(/is proposed instead, until/).waitFor();
    await page.getByText('In person: Room 7').waitFor();
    await keepScreenshot(page, 'sessions-proposal');
    await page.getByRole('button', { name: /^Accept the other time/ }).click();
    await page.getByText(/^A talk with Ines Novak is now /).waitFor();
    const booking = await bookingOf(employee.person);
    assert.equal(booking.status, 'confirmed');

    // Hours ago by now, perhaps yesterday, and it went as it went.
    await sql`update public.bookings set starts_at = now() - interval '20 hours', ends_at = now() - interval '19 hours' where id = ${booking.id}`;
    await giving.page.goto(`${environment.siteUrl}/practice`);
    await giving.page.getByRole('button', { name: /^Nobody came/ }).click();
    await giving.page.getByText(/is written down: nobody came/).waitFor();
    await giving.page.getByRole('button', { name: /^Took place/ }).click();
    await giving.page.getByText(/is written down: took place/).waitFor();
    assert.equal((await bookingOf(employee.person)).status, 'completed');
    assert.deepEqual([...employee.complaints, ...giving.complaints], []);
    await Promise.all([employee.context.close(), giving.context.close()]);
  });
});

describe('time off over a session', () => {
  test('is taken once the specialist has said what becomes of it', async () => {
    const own = await aSpecialistDayAndNight();
    const employee = await memberOf(customer.company, 'employee');
    const [{ day }] = await sql`select (now() + interval '9 days')::date::text as day`;
    const booked = await employee.client.rpc('book_session', { p_specialist_id: own.specialistId, p_session_type_id: own.sessionTypeId, p_starts_at: `${day}T10:00:00Z` });
    assert.equal(booked.error, null);
    const { page, context, complaints } = await visitorAs(own.person);
    await page.goto(`${environment.siteUrl}/practice`);
    await page.getByLabel('From').fill(`${day}T08:00`);
    await page.getByLabel('Until').fill(`${day}T18:00`);
    await page.getByRole('button', { name: 'Take time off' }).click();
    await page.getByRole('heading', { name: 'These sessions are in the way' }).waitFor();
    await keepScreenshot(page, 'practice-in-the-way');
    assert.equal((await bookingOf(employee)).status, 'confirmed');
    await page.getByRole('button', { name: 'Cancel them' }).click();
    await page.getByText('You are off then. Whoever had a session is told.').waitFor();
    assert.equal((await bookingOf(employee)).status, 'cancelled');
    await page.locator('#exceptions').getByText(/^Off: /).waitFor();
    await page.getByRole('button', { name: /^Take back/ }).click();
    await page.locator('#exceptions').getByText('None is planned.').waitFor();
    assert.deepEqual(complaints, []);
    await context.close();
  });
});
