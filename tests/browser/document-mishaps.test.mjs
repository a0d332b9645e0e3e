// @ts-check
// What goes wrong on the way of a document, and what is left of it.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { platformAdmin } from '../end-to-end/platform/companies.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { aPdf, aPillar, anApplicant, announce, handIn, upload as sendFile } from '../end-to-end/platform/specialists.mjs';
import { signedIn } from '../end-to-end/platform/people.mjs';
import { decide, handedIn, onPage, openFromQueue, upload } from './documents-page.mjs';
import { obstacles } from './obstacles.mjs';

const UPLOAD = /\/storage\/v1\/object\/specialist-documents\//;

/** @param {{ specialistId: string }} person @returns {Promise<string[]>} */
async function numbersOf({ specialistId }) {
  const rows = await sql`select document_number from public.specialist_documents where specialist_id = ${specialistId}`;
  return rows.map((row) => row.document_number);
}

/** An applicant with a name of their own, whose licence waits. */
async function aCandidate() {
  const person = await anApplicant();
  const name = `Ines ${randomBytes(4).toString('hex')}`;
  await sql`update public.specialists set display_name = ${name} where id = ${person.specialistId}`;
  return { name, id: await handIn(person) };
}

test('a file that did not arrive is uploaded again to the document it was announced for', async () => {
  const person = await anApplicant();
  const { page, context } = await onPage(person, '/documents');
  await page.getByText('Nothing yet.').waitFor();
  // Nothing else arrives either.
  await page.route(UPLOAD, (route) => route.abort());
  await page.route(/my_verification/, (route) => route.abort());
  await upload(page, aPdf());
  await page.getByText('The file did not arrive.').waitFor();
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await handedIn(page, 'Licence L-1').getByText('Waiting for us to look at it.').waitFor();
  assert.deepEqual(await numbersOf(person), ['L-1']);
  await context.close();
});

test('a replacement that did not arrive leaves no document that looks complete', async () => {
  const person = await anApplicant();
  const { page, context } = await onPage(person, '/documents');
  await upload(page, aPdf());
  await page.getByRole('button', { name: 'Replace: Licence L-1' }).click();
  await page.route(UPLOAD, (route) => route.abort());
  await upload(page, aPdf(), { number: 'L-2' });
  await page.getByText('The file did not arrive.').waitFor();
  await handedIn(page, 'Licence L-2').getByText('Waiting for its file.').waitFor();
  await page.unrouteAll();
  await page.reload();
  await page.getByRole('button', { name: 'Upload its file: Licence L-2' }).click();
  await upload(page, aPdf(), { number: 'L-2' });
  await handedIn(page, 'Licence L-2').getByText('Waiting for us to look at it.').waitFor();
  assert.deepEqual(await numbersOf(person), ['L-2']);
  await context.close();
});

test('whoever chooses another document instead replaces none', async () => {
  const person = await anApplicant();
  const { page, context } = await onPage(person, '/documents');
  await upload(page, aPdf());
  await page.getByRole('button', { name: 'Replace: Licence L-1' }).click();
  await page.getByRole('button', { name: 'Another document instead' }).click();
  assert.equal(await page.getByLabel('Number').inputValue(), '');
  await upload(page, aPdf(), { number: 'L-2' });
  await handedIn(page, 'Licence L-2').getByText('Waiting for us to look at it.').waitFor();
  assert.deepEqual((await numbersOf(person)).sort(), ['L-1', 'L-2']);
  await context.close();
});

test('what cannot be replaced any more is said, and the next upload is another document', async () => {
  const person = await anApplicant();
  const { page, context } = await onPage(person, '/documents');
  await upload(page, aPdf());
  await page.getByRole('button', { name: 'Replace: Licence L-1' }).click();
  await sql`update public.specialist_documents set review_started_at = now() where specialist_id = ${person.specialistId}`;
  await upload(page, aPdf(), { number: 'L-2' });
  await page.getByText('We are looking at this document just now').waitFor();
  await handedIn(page, 'Licence L-1').getByText('We are looking at it.').waitFor();
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await handedIn(page, 'Licence L-2').getByText('Waiting for us to look at it.').waitFor();
  assert.deepEqual((await numbersOf(person)).sort(), ['L-1', 'L-2']);
  await context.close();
});

test('an application whose pillars were not stored is completed later', async () => {
  const [person, pillar] = [await signedIn(), await aPillar(['license'])];
  const { page, context } = await onPage(person, '/documents');
  await page.getByLabel('Public name').fill('Ines Novak');
  await page.getByLabel(pillar.name).check();
  await page.route(/rest\/v1\/specialist_pillars/, (route) => route.abort());
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Your name is kept, the pillars are not yet.').waitFor();
  await page.unrouteAll();
  await page.reload();
  await page.getByLabel(pillar.name).check();
  assert.equal(await page.getByLabel('Public name').inputValue(), 'Ines Novak');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Missing: licence').waitFor();
  await context.close();
});

test('who cannot be told how they stand is told that', async () => {
  const person = await anApplicant();
  const { page, context } = await onPage(person, '/devices');
  await page.route(/my_verification/, (route) => route.abort());
  await page.goto(`${environment.siteUrl}/documents`);
  await page.getByRole('alert').filter({ hasText: 'Nothing answered.' }).waitFor();
  assert.deepEqual(await page.evaluate(obstacles), []);
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Upload a document' }).waitFor();
  await context.close();
});

test('what an admin has filled in about one document is not said about the next', async () => {
  const [admin, first, second] = [await platformAdmin(), await aCandidate(), await aCandidate()];
  const { page, context } = await onPage(admin, '/review');
  await openFromQueue(page, first.name);
  await page.getByLabel('Valid until').fill('2031-01-01');
  await page.getByLabel('Reason').fill('The scan is illegible.');
  await openFromQueue(page, second.name);
  assert.deepEqual([await page.getByLabel('Valid until').inputValue(), await page.getByLabel('Reason').inputValue()], ['', '']);
  await page.getByLabel('Valid until').fill('2032-02-02');
  await decide(page, 'Approve');
  await page.getByText('Verified. The specialist is mailed').waitFor();
  await page.getByText(/until 2 Feb 2032\. For: .+\. Verified\.$/).waitFor();
  const rows = await sql`
    select verification_status as status, expiry_date::text as expiry from public.specialist_documents
    where id in ${sql([first.id, second.id])} order by uploaded_at`;
  assert.deepEqual([...rows], [{ status: 'pending', expiry: null }, { status: 'verified', expiry: '2032-02-02' }]);
  await context.close();
});

test('a file that is not the announced one is not shown, and can be rejected', async () => {
  const [admin, person] = [await platformAdmin(), await anApplicant()];
  const name = `Ines ${randomBytes(4).toString('hex')}`;
  await sql`update public.specialists set display_name = ${name} where id = ${person.specialistId}`;
  const { file_path } = await announce(person, aPdf());
  assert.equal((await sendFile(person, file_path, aPdf())).error, null);
  const { page, context } = await onPage(admin, '/review');
  await openFromQueue(page, name);
  await page.getByText('The file cannot be opened. It was changed since it was announced.').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Download the file' }).count(), 0);
  assert.equal(await page.getByRole('button', { name: 'Approve' }).count(), 0);
  assert.deepEqual(await page.evaluate(obstacles), []);
  await page.getByLabel('Reason').fill('This is another file.');
  await decide(page, 'Reject');
  await page.getByText('Rejected. The specialist is mailed').waitFor();
  await context.close();
});

test('a list that was asked for twice is shown once, and an error is gone when it is over', async () => {
  const [admin] = [await platformAdmin(), await aCandidate()];
  const { page, context } = await onPage(admin, '/review');
  const rows = page.getByRole('button', { name: /^Open: / });
  await rows.first().waitFor();
  const count = await rows.count();
  const answers = /** @type {number[]} */ ([]);
  page.on('response', (response) => void (response.url().includes('/queue') && answers.push(response.status())));
  await page.getByLabel('Show').evaluate((select) => [1, 2, 3].forEach(() => select.dispatchEvent(new Event('change'))));
  await page.waitForFunction((wanted) => document.querySelectorAll('#queue button').length >= wanted, count);
  await page.waitForLoadState('networkidle');
  assert.deepEqual([answers.length, await rows.count()], [3, count]);

  await page.route(/\/queue/, (route) => route.abort());
  await page.getByLabel('Show').selectOption('Rejected');
  await page.getByText('Nothing answered.').waitFor();
  await page.unrouteAll();
  await page.getByLabel('Show').selectOption('Waiting');
  await rows.first().waitFor();
  assert.equal(await page.getByText('Nothing answered.').count(), 0);
  await context.close();
});
