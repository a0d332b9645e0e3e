// @ts-check
// The audit log, as a platform admin searches it.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { platformAdmin } from '../end-to-end/platform/companies.mjs';
import { signedIn } from '../end-to-end/platform/people.mjs';
import { BEGINNING, textOf } from '../../pages/assets/audit-file.js';
import { hindrances } from './axe.mjs';
import { keepScreenshot } from './chromium.mjs';
import { onPage } from './documents-page.mjs';
import { obstacles } from './obstacles.mjs';
import { pressUntil } from './pressing.mjs';

test('an admin looks up what was done about somebody, page by page, and that is written down', async () => {
  const [admin, reader] = [await platformAdmin(), await signedIn()];
  await sql`select private.write_audit('test.looked_up', 'tests', n::text, ${reader.id}, '{"a": 1}', '{"a": 2}') from generate_series(1, 60) n`;
  const { page, complaints } = await onPage(admin, '/audit');
  await page.getByLabel('Reason').fill('Ticket 4711');
  await page.getByLabel('Person').fill(reader.id);
  await page.getByLabel('Action').fill('test.looked_up');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('50 found so far.').waitFor();
  await page.getByText('before {"a":1}').first().waitFor();
  assert.deepEqual(await page.evaluate(obstacles), []);
  assert.deepEqual(await hindrances(page), []);
  await keepScreenshot(page, 'audit');
  await page.getByRole('button', { name: 'Look further back' }).click();
  await page.getByText('60 found so far.').waitFor();
  await page.getByRole('button', { name: 'Look further back' }).click();
  await page.getByText('60 found.').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Look further back' }).isVisible(), false);
  const { data: own } = await reader.client.from('audit_logs').select('context').eq('action', 'audit_logs.read');
  assert.equal(own?.length, 3, 'who was looked for does not see each look');
  await page.getByLabel('Person').fill('somebody');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('The id of an account looks like').waitFor();
  assert.deepEqual(complaints.filter((complaint) => !complaint.includes('status of 422')), []);
});

test('what is found is downloaded whole, and a spreadsheet takes nothing in it as a formula', async () => {
  const entity = `=HYPERLINK("${randomUUID()}")`;
  await sql`select private.write_audit('test.exported', 'tests', ${entity}, null, null, jsonb_build_object('n', n)) from generate_series(1, 201) n`;
  const { page } = await onPage(await platformAdmin(), '/audit');
  await page.getByLabel('Reason').fill('Ticket 4711');
  await page.getByLabel('Id of the thing').fill(entity);
  const files = [];
  for (const name of ['Download as CSV', 'Download as JSON lines']) {
    const download = await pressUntil(page.waitForEvent('download'), page.getByRole('button', { name }));
    await page.getByText('201 written.').waitFor();
    files.push(readFileSync(await download.path(), 'utf8'));
  }
  const rows = files[0].trimEnd().split('\r\n');
  assert.equal(rows.length, 202);
  assert.ok(rows.slice(1).every((row) => row.includes(`,"'=HYPERLINK(""`)), rows[1]);
  const entries = files[1].trimEnd().split('\n').map((line) => JSON.parse(line));
  assert.equal(new Set(entries.map(({ id }) => id)).size, 201);
  assert.deepEqual(Object.keys(entries[0]).filter((column) => column !== 'transaction_id'), BEGINNING.csv.trimEnd().split(','), 'a column is missing in the CSV');
  const readings = await sql`select count(*)::int as n from public.audit_logs where action = 'audit_logs.read' and new_values -> 'filters' ->> 'entity_id' = ${entity}`;
  assert.equal(readings[0].n, 6, 'each page is written down');
});

test('cells that would be formulas are texts', () => {
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '|calc', '%1']) {
    assert.match(textOf('csv', [{ entity_id: text }]), /(^|,)"'/, JSON.stringify(text));
  }
  assert.equal(textOf('csv', [{ id: 7, entity_id: 'a "b", c' }]).slice(0, 25), '7,,,,,,,"a ""b"", c",,,,,');
});

test('on a phone nothing is wider than the screen, and nobody else sees anything', async () => {
  const { page } = await onPage(await platformAdmin(), '/audit', { viewport: { width: 320, height: 640 } });
  await page.getByLabel('Reason').waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await keepScreenshot(page, 'audit-phone');
  const stranger = await onPage(await signedIn(), '/audit');
  await stranger.page.getByText('This page is for platform admins, and you are not one.').waitFor();
  assert.equal(await stranger.page.getByLabel('Reason').isVisible(), false);
});
