// @ts-check
// A person gets a file of all that is held about them, whose entries are proven, and has their account deleted, or not.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { readVerifier, verifyingKey } from '../../scripts/audit/notes.mjs';
import { verifyExport } from '../../scripts/audit/export.mjs';
import { sql } from '../end-to-end/platform/clients.mjs';
import { aCustomer, ask, memberOf } from '../end-to-end/platform/companies.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { callFunction } from '../end-to-end/platform/functions.mjs';
import { mailsTo } from '../end-to-end/platform/inbox.mjs';
import { aSpecialistDayAndNight } from '../end-to-end/platform/specialists.mjs';
import { eventually } from '../end-to-end/platform/waiting.mjs';
import { hindrances } from './axe.mjs';
import { keepScreenshot } from './chromium.mjs';
import { obstacles } from './obstacles.mjs';
import { pressUntil } from './pressing.mjs';
import { visitorAs } from './visitor.mjs';

const TEXT = 'Zinnober walks at noon.';
/** @type {Awaited<ReturnType<typeof memberOf>>} */
let frida;
before(async () => {
  const [offer, customer] = [await aSpecialistDayAndNight(), await aCustomer()];
  frida = await memberOf(customer.company, 'employee');
  const { data, error } = await frida.client.rpc('book_session', {
    p_specialist_id: offer.specialistId, p_session_type_id: offer.sessionTypeId,
    p_starts_at: new Date(Math.ceil(Date.now() / 3_600_000 + 24) * 3_600_000).toISOString(),
  });
  assert.equal(error, null);
  const written = await ask(offer.person, 'session-notes', { booking_id: data.id, version: 1, text: TEXT });
  assert.equal(written.status, 200);
  assert.equal((await offer.person.client.rpc('share_session_note', { p_booking_id: data.id, p_note_version: 1 })).error, null);
  // An act of hers: an export has the place of the last of every other day, whose number is even (docs/decisions/an-export-proves-its-entries.md).
  await sql`
    insert into public.audit_logs (occurred_at, user_id, actor_id, actor_role, action, entity_type, new_values, status)
    select d, ${frida.id}, ${frida.id}, 'authenticated', 'test.acted', 'tests', '{"said": "something"}', 'success'
    from generate_series(now() - interval '3 days', now() - interval '2 days', interval '1 day') d where ((d at time zone 'UTC')::date - date '2000-01-01') % 2 = 0`;
});

/** Seals what the log has, as if it had been yesterday. */
async function sealedYesterday() {
  for (let tries = 0; tries < 100; tries += 1) {
    assert.equal((await callFunction('audit-seal', { headers: { apikey: environment.cronKey }, body: {} })).status, 200);
    const [{ waiting }] = await sql`
      select count(*) as waiting from public.audit_logs l where l.user_id = ${frida.id}
        and not exists (select from private.audit_leaves s where s.entry_id = l.id and s.leaf_index < (select max(tree_size) from private.audit_checkpoints))`;
    if (Number(waiting) === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await sql.begin(async (all) => {
    await all`alter table private.audit_checkpoints disable trigger refuse_change`;
    await all`update private.audit_checkpoints set created_at = now() - interval '1 day' where tree_size = (select max(tree_size) from private.audit_checkpoints)`;
    await all`alter table private.audit_checkpoints enable trigger refuse_change`;
  });
}

test('the file has what is held, notes in clear, and entries that are proven', async () => {
  await sealedYesterday();
  const { page, context } = await visitorAs(frida);
  await page.goto(`${environment.siteUrl}/privacy`);
  await page.getByRole('button', { name: 'Make the file' }).click();
  await page.getByText(/^The file is made, of \d+ entries\.$/).waitFor();
  const saved = await pressUntil(page.waitForEvent('download'), page.getByRole('link', { name: 'Save the file' }));
  assert.equal(saved.suggestedFilename(), 'evenkeel-data.json');
  const file = JSON.parse(await readFile(await saved.path(), 'utf8'));
  assert.equal(file.tables['public.profiles'][0].email, frida.email);
  assert.equal(file.tables['public.bookings'][0].as, 'employee');
  assert.deepEqual(file.notes.map((/** @type {any} */ note) => note.text), [TEXT]);
  assert.ok(file.about.some((/** @type {any} */ one) => one.table === 'public.bookings' && one.basis === 'contract'));
  const verifiers = [readVerifier(verifyingKey(environment.auditKeys.split(',')[0]))];
  const report = verifyExport(file, { verifiers, kept: new Map() });
  assert.deepEqual(report.faults, []);
  assert.deepEqual([report.proven, report.opened], [1, 1], JSON.stringify(report));
  assert.deepEqual(await page.evaluate(obstacles), []);
  assert.deepEqual(await hindrances(page), []);
  await keepScreenshot(page, 'privacy');
  await context.close();
});

test('an account is to be deleted, and is kept after all', async () => {
  const { page, context } = await visitorAs(frida, { viewport: { width: 390, height: 844 } });
  await page.goto(`${environment.siteUrl}/privacy`);
  const address = page.getByLabel('The address of your account');
  await address.fill('somebody@else.test');
  await page.getByRole('button', { name: 'Delete my account' }).click();
  await page.getByText('That is not the address of your account.').waitFor();
  await address.fill(frida.email);
  await page.getByRole('button', { name: 'Delete my account' }).click();
  await page.getByText('We have mailed you that, too.').waitFor();
  await eventually('the mail', async () => (await mailsTo(frida.email)).find(({ subject }) => subject === 'Your data will be deleted'), 40);
  const [{ id }] = await sql`select id from private.erasure_requests where user_id = ${frida.id}`;
  await page.reload();
  await page.getByText(id).waitFor();
  await page.getByText(/Your account will be deleted from .* on, by .* at the latest/).waitFor();
  assert.deepEqual(await page.evaluate(obstacles), []);
  await keepScreenshot(page, 'privacy-telephone');
  await page.getByRole('button', { name: 'Keep my account' }).click();
  await page.getByText('Your account stays.').waitFor();
  await page.reload();
  await address.waitFor();
  await context.close();
});

test('a session that has stood open for long gets nothing', async () => {
  await sql`update auth.sessions set created_at = now() - interval '1 hour' where user_id = ${frida.id}`;
  const { page, context } = await visitorAs(frida);
  await page.goto(`${environment.siteUrl}/privacy`);
  await page.getByRole('button', { name: 'Make the file' }).click();
  await page.getByText('Sign out and in again first').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Save the file' }).isVisible(), false);
  await context.close();
});
