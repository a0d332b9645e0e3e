// @ts-check
// A series of sessions in a browser: booked, with one session that is not free, which is booked elsewhere in its week; changed, stopped;
// and what the specialist sees of it.

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
/** @type {Awaited<ReturnType<typeof memberOf>>} */
let person;
before(async () => {
  specialist = await aSpecialistDayAndNight();
  const { company } = await aCustomer();
  person = await memberOf(company, 'employee');
  await sql`update public.profiles set display_name = 'Jona' where id = ${person.id}`;
  // Somebody else has each of the times of two days in three weeks, so that whichever is chosen is not free then.
  const colleague = await memberOf(company, 'employee');
  await sql`
    insert into public.bookings (employee_id, company_id, specialist_id, session_type_id, starts_at, ends_at, status)
    select ${colleague.id}, ${company.id}, ${specialist.specialistId}, ${specialist.sessionTypeId}, t, t + interval '50 minutes', 'confirmed'
    from generate_series(date_trunc('day', now()) + interval '21 days', date_trunc('day', now()) + interval '23 days', interval '1 hour') t`;
});

/** @param {Page} page @param {number} n */
async function choose(page, n) {
  await page.locator('.slots button').nth(n).click();
  await page.getByRole('heading', { name: 'Your choice' }).waitFor();
}

/** The sessions that the person has, as hours after the first. */
async function had() {
  const rows = await sql`
    select (extract(epoch from starts_at - min(starts_at) over ()) / 3600)::int as hours from public.bookings
    where employee_id = ${person.id} and status = 'confirmed' order by starts_at`;
  return rows.map(({ hours }) => hours);
}

const WEEK = 7 * 24;

describe('a series of sessions', () => {
  test('is booked, mended, changed and stopped, and its specialist sees it', async () => {
    const { page, context, complaints } = await visitorAs(person);
    await page.goto(`${environment.siteUrl}/find`);
    await page.getByLabel('Session', { exact: true }).selectOption(specialist.sessionTypeId);
    await page.getByLabel('Specialist', { exact: true }).selectOption(specialist.specialistId);
    await page.locator('.slots button').first().waitFor();
    // Tomorrow's are on the day of the week on which somebody else has all in three weeks.
    await page.locator('.day').nth(1).locator('.slots button').nth(9).click();
    await page.getByRole('heading', { name: 'Your choice' }).waitFor();
    await page.getByLabel(/^Repeat it/).check();
    assert.equal(await page.locator('#repeat-days :checked:disabled').count(), 1, 'its own day at least');
    await page.getByLabel('How many sessions').fill('4');
    assert.deepEqual(await page.evaluate(obstacles), []);
    await keepScreenshot(page, 'find-repeat');
    await page.getByRole('button', { name: 'Book the series' }).click();
    await page.getByText('3 of 4 sessions are booked. 1 could not be as you wished').waitFor();
    assert.deepEqual(await had(), [0, WEEK, 2 * WEEK]);

    await page.getByRole('link', { name: 'To your sessions' }).click();
    const series = page.locator('#series > li');
    await series.getByText(/^Every week on \w+ at \d\d:\d\d \(UTC\), 4 sessions$/).waitFor();
    await series.getByText('The time is not free.').waitFor();
    assert.deepEqual(await page.evaluate(obstacles), []);
    await keepScreenshot(page, 'sessions-series');
    await series.getByRole('button', { name: /^Book it/ }).click();
    await page.locator('#note').getByText('The time is not free.').waitFor();
    await series.getByRole('link', { name: /^Another time/ }).click();
    await page.getByRole('heading', { name: 'Another time for a session of a series' }).waitFor();
    await page.locator('.slots button').first().waitFor();
    await choose(page, 20);
    await page.getByRole('button', { name: 'Book this time' }).click();
    await page.getByText('The session of that week is booked.').waitFor();
    assert.equal((await had()).length, 4);

    await page.goto(`${environment.siteUrl}/sessions`);
    await series.getByText(/^4 to come, until/).waitFor();
    await series.getByLabel(/^From when on/).selectOption({ index: 1 });
    await series.getByRole('link', { name: /^Change the series/ }).click();
    await page.getByRole('heading', { name: 'Change a series' }).waitFor();
    await page.locator('.slots button').first().waitFor();
    await page.locator('.day').nth(3).locator('.slots button').nth(12).click();
    await page.getByLabel('Every how many weeks').fill('2');
    await page.getByLabel('How many sessions').fill('2');
    await keepScreenshot(page, 'find-change-series');
    await page.getByRole('button', { name: 'Change the series' }).click();
    await page.getByText('2 of 2 sessions are booked.').waitFor();
    assert.equal((await sql`select rule from public.recurring_bookings where employee_id = ${person.id} order by created_at desc limit 1`)[0].rule.split(';')[2].length, 'BYDAY=TH'.length);
    assert.equal((await had()).length, 3, 'the first stays, two have moved, and a week has none');

    await page.goto(`${environment.siteUrl}/sessions`);
    await series.filter({ hasText: 'Every 2 weeks' }).getByRole('button', { name: /^Stop the series/ }).click();
    await page.getByLabel(/^Cancel what is booked/).check();
    await page.getByRole('dialog').getByLabel(/A word for the other/).fill('We are done.');
    await keepScreenshot(page, 'sessions-stop-series');
    await page.getByRole('button', { name: 'Stop it' }).click();
    await page.getByText(/^Stopped: the series of A talk/).waitFor();
    assert.deepEqual(await had(), [0]);

    // Long enough that not all is booked yet.
    const [{ at }] = await sql`select to_jsonb(date_trunc('hour', now()) + interval '2 days') #>> '{}' as at`;
    const made = await person.client.rpc('make_series', {
      p_specialist_id: specialist.specialistId, p_session_type_id: specialist.sessionTypeId, p_starts_at: at, p_rule: 'FREQ=WEEKLY;COUNT=20',
    });
    assert.equal(made.error, null);
    const giving = await visitorAs(specialist.person);
    await giving.page.goto(`${environment.siteUrl}/practice`);
    const given = giving.page.locator('#series > li').filter({ hasText: '20 sessions' });
    await given.getByText('A talk with Jona').waitFor();
    assert.deepEqual(await giving.page.evaluate(obstacles), []);
    const day = at.slice(0, 10);
    const after = (/** @type {number} */ days) => new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 16);
    await giving.page.getByLabel('From').fill(after(7 * 12));
    await giving.page.getByLabel('Until').fill(after(7 * 14));
    await giving.page.getByRole('button', { name: 'Take time off' }).click();
    await giving.page.getByRole('heading', { name: 'Of series, these will not be booked' }).waitFor();
    assert.equal(await giving.page.locator('#of-series-list li').count(), 2);
    await keepScreenshot(giving.page, 'practice-series');
    await given.getByRole('button', { name: /^Stop the series/ }).click();
    await giving.page.getByRole('button', { name: 'Stop it' }).click();
    await giving.page.getByText(/^Stopped: the series of A talk with Jona/).waitFor();
    // The time that is not free was asked for.
    assert.deepEqual([...complaints, ...giving.complaints].filter((one) => !one.includes('409')), []);
    await Promise.all([context.close(), giving.context.close()]);
  });
});
