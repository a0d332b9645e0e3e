// @ts-check
// What a company is told of how many people have sessions, what it is not, and what platform admins read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { aCustomer, memberOf, platformAdmin } from '../end-to-end/platform/companies.mjs';
import { hindrances } from './axe.mjs';
import { keepScreenshot } from './chromium.mjs';
import { onPage } from './documents-page.mjs';
import { obstacles } from './obstacles.mjs';

test('a company is told of months in numbers of many, or that they are withheld', async () => {
  const { company, admin } = await aCustomer();
  const { page, complaints } = await onPage(admin, '/company');
  await page.getByText('None yet. A month is told five days after its end.').waitFor();

  // Thirteen months, of which two have figures; the release itself is tried in the database.
  const [one, other] = await sql`select id, name from public.pillars where is_active and name not like '%,%' order by name limit 2`;
  await sql`insert into public.company_analytics_months (company_id, month, people, released_at)
    select ${company.id}, m::date, case m::date when '2026-09-01' then 45 when '2025-09-01' then 25 end, now() from generate_series(timestamp '2025-09-01', '2026-09-01', interval '1 month') m`;
  await sql`insert into public.company_analytics_pillars (company_id, month, pillar_id, people) values
    (${company.id}, '2026-09-01', ${one.id}, 30), (${company.id}, '2026-09-01', ${other.id}, null), (${company.id}, '2026-08-01', ${one.id}, null)`;
  await page.reload();
  const months = page.locator('#figures > li');
  await months.first().waitFor();
  assert.deepEqual([await months.first().locator('span').allTextContents(), await months.nth(1).locator('span').allTextContents()], [
    ['September 2026', 'All: about 45', `${one.name}: about 30. Others: withheld.`], ['August 2026', 'Withheld'],
  ]);
  assert.equal(await months.count(), 12);
  assert.deepEqual(await page.evaluate(obstacles), []);
  assert.deepEqual(await hindrances(page), []);
  await page.getByRole('heading', { name: 'Use', exact: true }).scrollIntoViewIfNeeded();
  await keepScreenshot(page, 'company-figures');
  await page.getByRole('button', { name: 'Show earlier months' }).click();
  await months.nth(12).getByText('All: about 25').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Show earlier months' }).isVisible(), false);
  await page.setViewportSize({ width: 320, height: 640 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  assert.deepEqual(complaints, []);

  // Whoever is no admin of it asks in vain.
  const manager = await memberOf(company, 'manager');
  const { error } = await manager.client.rpc('company_analytics', { p_company_id: company.id });
  assert.equal(error?.message, 'company_not_found');
  const { data } = await manager.client.from('company_analytics_months').select('month');
  assert.deepEqual(data, []);
});

test('a platform admin reads them exactly, for a reason that is written down', async () => {
  const { company } = await aCustomer();
  const [one, other] = await sql`select id, name from public.pillars order by name limit 2`;
  await sql`insert into public.monthly_analytics (company_id, month, people, sessions, missed, cancelled)
    select ${company.id}, m::date, 3, 1400, 1, 2 from generate_series(timestamp '2025-09-01', '2026-09-01', interval '1 month') m`;
  await sql`insert into public.pillar_analytics (company_id, month, pillar_id, people, sessions, missed, cancelled)
    values (${company.id}, '2026-09-01', ${one.id}, 2, 1000, 0, 2), (${company.id}, '2026-09-01', ${other.id}, 1, 400, 1, 0)`;
  const { page, complaints } = await onPage(await platformAdmin(), '/figures');
  await page.getByLabel('Company its name').fill('no company has %');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByText('No company is called that.').waitFor();
  await page.getByLabel('Company its name').fill(company.name);
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByLabel('Which', { exact: true }).selectOption(company.id);
  await page.getByLabel('Reason').fill('Ticket 4711');
  await page.getByRole('button', { name: 'Read its months' }).click();
  const rows = page.locator('#rows tr');
  await rows.first().waitFor();
  assert.deepEqual((await rows.allInnerTexts()).slice(0, 4).map((text) => text.split('\t')), [
    ['September 2026', 'All', '3', '1,400', '1', '2'], ['', one.name, '2', '1,000', '0', '2'], ['', other.name, '1', '400', '1', '0'], ['August 2026', 'All', '3', '1,400', '1', '2'],
  ]);
  assert.deepEqual(await page.evaluate(obstacles), []);
  assert.deepEqual(await hindrances(page), []);
  await keepScreenshot(page, 'figures');
  await page.getByRole('button', { name: 'Read earlier months' }).click();
  await page.getByRole('rowheader', { name: 'September 2025' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Read earlier months' }).isVisible(), false);
  await page.setViewportSize({ width: 320, height: 640 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  assert.deepEqual(complaints, []);
  const entries = await sql`select context ->> 'reason' as reason from public.audit_logs where action = 'company_figures.read' and entity_id = ${company.id}`;
  assert.deepEqual(entries.map(({ reason }) => reason), ['Ticket 4711', 'Ticket 4711']);

  const empty = await aCustomer();
  await page.getByLabel('Company its name').fill(empty.company.name);
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByLabel('Which', { exact: true }).selectOption(empty.company.id);
  await page.getByRole('button', { name: 'Read its months' }).click();
  await page.getByText('Nobody of it has had a session.').waitFor();
  assert.equal(await rows.count(), 0, 'those of the other company stand there still');
});
