// @ts-check
// What a company is told of how many people have sessions, and what it is not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { aCustomer, memberOf } from '../end-to-end/platform/companies.mjs';
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
