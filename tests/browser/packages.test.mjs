// @ts-check
// Packages in a browser: a company gives one and we do, and whose it is sees what becomes of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { aCustomer, memberOf, platformAdmin } from '../end-to-end/platform/companies.mjs';
import { signedIn } from '../end-to-end/platform/people.mjs';
import { aSpecialistDayAndNight } from '../end-to-end/platform/specialists.mjs';
import { hindrances } from './axe.mjs';
import { keepScreenshot } from './chromium.mjs';
import { onPage } from './documents-page.mjs';
import { obstacles } from './obstacles.mjs';

test('a company gives a member a package, who uses it when the month is used up', async () => {
  const [specialist, customer] = [await aSpecialistDayAndNight(), await aCustomer({ packageSessions: 3 })];
  await sql`update public.company_subscription_plans set sessions_per_month = 1 where id = ${customer.plan.id}`;
  const employee = await memberOf(customer.company, 'employee');
  await sql`update public.profiles set display_name = 'Juno Berg' where id = ${employee.id}`;
  await sql`insert into public.company_package_months (company_id, month, sessions_given)
    values (${customer.company.id}, '2026-09-01', null), (${customer.company.id}, '2026-10-01', 20)`;

  const { page, complaints } = await onPage(customer.admin, '/company');
  await page.getByLabel('Member', { exact: true }).selectOption('Juno Berg');
  await page.getByLabel('Session', { exact: true }).selectOption(specialist.sessionTypeId);
  await page.getByLabel('Sessions', { exact: true }).fill('2');
  await page.getByRole('button', { name: 'Give the package' }).click();
  await page.getByText('Juno Berg has the package, and finds it under Sessions.').waitFor();
  await page.getByText('Given: 20 or a few more.').waitFor();
  await page.getByRole('button', { name: 'Give the package' }).click();
  await page.getByText('Your plan gives a member no more sessions in packages within a year.').waitFor();
  assert.deepEqual(await page.evaluate(obstacles), []);
  assert.deepEqual(await hindrances(page), []);
  await page.locator('#package').scrollIntoViewIfNeeded();
  await keepScreenshot(page, 'company-packages');
  assert.deepEqual(complaints.filter((complaint) => !complaint.includes('status of 409')), []);

  const { data: { slots } } = await employee.client.rpc('available_slots', {
    p_session_type_id: specialist.sessionTypeId, p_specialist_id: specialist.specialistId, p_from: new Date(Date.now() + 3 * 86_400_000), p_to: new Date(Date.now() + 40 * 86_400_000), p_limit: 1000,
  });
  const month = slots.at(-1).starts_at.slice(0, 7);
  const [first, , second] = slots.filter((/** @type {any} */ one) => one.starts_at.startsWith(month)).slice(-40);
  const wish = (/** @type {any} */ slot) => ({ p_specialist_id: slot.specialist_id, p_session_type_id: slot.session_type_id, p_starts_at: slot.starts_at });
  await employee.client.rpc('book_session', wish(first));
  const own = await onPage(employee, '/sessions');
  await own.page.locator('#packages').getByText('2 of 2 left').waitFor();
  const { data: booking } = await employee.client.rpc('book_session', wish(second));
  await own.page.reload();
  await own.page.locator('#packages').getByText('1 of 2 left').waitFor();
  await own.page.getByText('What became of it').click();
  await own.page.getByText(/^Used for the session of/).waitFor();
  assert.deepEqual(await own.page.evaluate(obstacles), []);
  assert.deepEqual(await hindrances(own.page), []);
  await keepScreenshot(own.page, 'sessions-packages');
  await employee.client.rpc('cancel_booking', { p_booking_id: booking.id });
  await own.page.reload();
  await own.page.locator('#packages').getByText('2 of 2 left').waitFor();
  await own.page.setViewportSize({ width: 320, height: 640 });
  await own.page.getByText('What became of it').click();
  await own.page.getByText(/^Given back for the session of/).waitFor();
  assert.ok(await own.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await keepScreenshot(own.page, 'sessions-packages-phone');
  assert.deepEqual(own.complaints, []);
});

test('a platform admin gives one by the id of an account, and nobody else does', async () => {
  const [specialist, customer, admin] = [await aSpecialistDayAndNight(), await aCustomer(), await platformAdmin()];
  const employee = await memberOf(customer.company, 'employee');
  const { page, complaints } = await onPage(admin, '/packages');
  await page.getByLabel('Person').fill('somebody');
  await page.getByLabel('Session', { exact: true }).selectOption(specialist.sessionTypeId);
  await page.getByLabel('Sessions', { exact: true }).fill('4');
  await page.getByLabel('Reason').fill('Ticket 4711');
  await page.getByRole('button', { name: 'Give the package' }).click();
  await page.getByText('The id of an account looks like').waitFor();
  await page.getByLabel('Person').fill(employee.id);
  await page.getByRole('button', { name: 'Give the package' }).click();
  await page.getByText(/^They have 4 sessions until/).waitFor();
  assert.deepEqual(await page.evaluate(obstacles), []);
  assert.deepEqual(await hindrances(page), []);
  await keepScreenshot(page, 'packages');
  assert.deepEqual(complaints, []);
  const [granted] = (await employee.client.rpc('my_packages')).data;
  assert.equal(granted.sessions_left, 4);

  // Two are too many, until another day.
  await page.getByLabel('Whose').fill(admin.id);
  await page.getByLabel('Why').fill('Ticket 4712');
  await page.getByRole('button', { name: 'Show their packages' }).click();
  await page.getByText('They have no package.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Correct the package' }).isVisible(), false);
  await page.getByLabel('Whose').fill(employee.id);
  await page.getByRole('button', { name: 'Show their packages' }).click();
  await page.getByRole('button', { name: 'Correct the package' }).click();
  await page.getByText('Say how many more or fewer, or another last day.').waitFor();
  await page.getByLabel('More or fewer').fill('-5');
  await page.getByRole('button', { name: 'Correct the package' }).click();
  await page.getByText('none is taken that is used').waitFor();
  await page.getByLabel('More or fewer').fill('-2');
  await page.getByLabel('Another last day').fill(new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10));
  await page.getByRole('button', { name: 'Correct the package' }).click();
  await page.getByText('Corrected. 2 sessions are left.').waitFor();
  assert.match((await page.getByLabel('Package', { exact: true }).textContent()) ?? '', /: 2 of 2 left, until /);
  assert.deepEqual(await page.evaluate(obstacles), []);
  assert.deepEqual(await hindrances(page), []);
  await keepScreenshot(page, 'packages-corrected');
  const [corrected] = (await employee.client.rpc('my_packages')).data;
  assert.deepEqual([corrected.sessions, corrected.sessions_left], [2, 2]);
  assert.notEqual(corrected.expires_on, granted.expires_on);
  const [entry] = await sql`select context ->> 'reason' as reason from public.audit_logs where action = 'package.corrected' and user_id = ${employee.id}`;
  assert.equal(entry.reason, 'Ticket 4712');

  const stranger = await onPage(await signedIn(), '/packages');
  await stranger.page.getByText('This page is for platform admins, and you are not one.').waitFor();
  for (const label of ['Person', 'Whose']) assert.equal(await stranger.page.getByLabel(label).isVisible(), false);
});
