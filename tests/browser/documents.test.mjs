// @ts-check
// From an application to a verified specialist: what is handed in, looked at, rejected, and approved.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { sql, visitor } from '../end-to-end/platform/clients.mjs';
import { ask, platformAdmin } from '../end-to-end/platform/companies.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { aPdf, aPillar, anApplicant, handIn } from '../end-to-end/platform/specialists.mjs';
import { signedIn } from '../end-to-end/platform/people.mjs';
import { keepScreenshot } from './chromium.mjs';
import { decide, handedIn, onPage, openFromQueue, upload } from './documents-page.mjs';
import { obstacles } from './obstacles.mjs';

test('somebody applies, is rejected, uploads another document, and is verified', async () => {
  const [pillar, person, admin] = [await aPillar(['license']), await signedIn(), await platformAdmin()];
  const name = `Ines ${randomBytes(4).toString('hex')}`;
  const ines = await onPage(person, '/documents');
  await ines.page.getByRole('heading', { name: 'Apply as a specialist' }).waitFor();
  await ines.page.getByLabel('Public name').fill(name);
  await ines.page.getByLabel(pillar.name).check();
  await ines.page.getByRole('button', { name: 'Apply' }).click();
  await ines.page.getByText('Missing: licence, your acceptance of the professional standards').waitFor();
  await ines.page.getByLabel(/professional standards/).check();
  await ines.page.getByRole('button', { name: 'Accept the standards' }).click();
  await ines.page.getByText('Missing: licence.').waitFor();
  assert.deepEqual(await ines.page.evaluate(obstacles), []);

  await upload(ines.page, aPdf());
  await ines.page.getByText('Uploaded. We mail you').waitFor();
  await handedIn(ines.page, 'Licence L-1').getByText('Waiting for us to look at it.').waitFor();
  await keepScreenshot(ines.page, 'documents');

  const petra = await onPage(admin, '/review');
  await openFromQueue(petra.page, name);
  assert.equal((await fetch(String(await petra.page.getByRole('link', { name: 'Download the file' }).evaluate((link) => /** @type {HTMLAnchorElement} */ (link).href)))).status, 200);
  assert.deepEqual(await petra.page.evaluate(obstacles), []);
  await keepScreenshot(petra.page, 'review');
  await ines.page.reload();
  await handedIn(ines.page, 'Licence L-1').getByText('We are looking at it.').waitFor();
  assert.equal(await ines.page.getByRole('button', { name: /^Replace/ }).count(), 0);
  await petra.page.getByLabel('Reason').fill('The scan is illegible.');
  await decide(petra.page, 'Reject');
  await petra.page.getByText('Rejected. The specialist is mailed, and is not verified yet.').waitFor();

  await ines.page.reload();
  await handedIn(ines.page, 'Licence L-1').getByText('Rejected: The scan is illegible.').waitFor();
  await upload(ines.page, aPdf(), { number: 'L-2' });
  await handedIn(ines.page, 'Licence L-2').getByText('Waiting for us to look at it.').waitFor();
  await petra.page.reload();
  await openFromQueue(petra.page, name);
  await decide(petra.page, 'Approve');
  await petra.page.getByText('Verified. The specialist is mailed, and is verified now.').waitFor();

  await ines.page.reload();
  await ines.page.getByText('You are verified, and can be booked.').waitFor();
  const { data } = await visitor().from('specialists').select('display_name').eq('display_name', name);
  assert.equal(data?.length, 1, 'the public does not see who is verified');
  assert.deepEqual([...ines.complaints, ...petra.complaints], []);
  await Promise.all([ines.context.close(), petra.context.close()]);
});

test('what is no document is refused in words, before anything is sent', async () => {
  const person = await anApplicant();
  const { page, context } = await onPage(person, '/documents', { viewport: { width: 360, height: 740 } });
  const sent = /** @type {string[]} */ ([]);
  page.on('request', (request) => /submit_document|storage\/v1\/object\/specialist/.test(request.url()) && request.method() === 'POST' && sent.push(request.url()));
  await upload(page, Buffer.from('<script>'), { name: 'page.html', mimeType: 'text/html' });
  await page.getByText('Choose a PDF, a JPEG or a PNG, please.').waitFor();
  await page.reload();
  await upload(page, Buffer.from('<script>'), { name: 'called-a.pdf', mimeType: 'application/pdf' });
  await page.getByText('Choose a PDF, a JPEG or a PNG, please.').waitFor();
  await upload(page, Buffer.alloc(10 * 1024 * 1024 + 1), { name: 'large.png', mimeType: 'image/png' });
  await page.getByText('Up to 10 MB are taken.').waitFor();
  assert.deepEqual(sent.filter((url) => !url.includes('/list/')), []);
  const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(width <= 0, `${width} px too wide`);
  await keepScreenshot(page, 'documents-narrow');
  await context.close();
});

test('a file is announced as what it is, whatever it is called', async () => {
  const person = await anApplicant();
  const { page, context } = await onPage(person, '/documents');
  await upload(page, Buffer.from('\uFEFF%PDF-1.7 a licence'), { name: 'licence.png', mimeType: 'image/png' });
  await page.getByText('Uploaded. We mail you what becomes of it.').waitFor();
  const { data } = await person.client.from('specialist_documents').select('mime_type');
  assert.deepEqual(data, [{ mime_type: 'application/pdf' }]);
  await context.close();
});

test('an upload shows how far it is, and can be tried again when it fails', async () => {
  const person = await anApplicant();
  const { page, context } = await onPage(person, '/documents');
  const isUpload = /\/storage\/v1\/object\/specialist-documents\//;
  await page.route(isUpload, (route) => route.abort());
  const file = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(5_000_000)]);
  await upload(page, file);
  await page.getByText('The file did not arrive.').waitFor();
  await handedIn(page, 'Licence L-1').getByText('Waiting for its file.').waitFor();
  await page.unroute(isUpload);
  await page.evaluate(() => {
    const seen = /** @type {any} */ (window);
    const bar = /** @type {HTMLProgressElement} */ (document.getElementById('progress'));
    seen.progress = [];
    new MutationObserver(() => seen.progress.push([bar.hidden, bar.value])).observe(bar, { attributes: true });
  });
  await page.getByRole('button', { name: 'Upload its file: Licence L-1' }).click();
  await page.getByText('This takes the place of Licence L-1.').waitFor();
  await upload(page, file);
  await handedIn(page, 'Licence L-1').getByText('Waiting for us to look at it.').waitFor();
  const seen = /** @type {[boolean, number][]} */ (await page.evaluate(() => /** @type {any} */ (window).progress));
  assert.ok(seen.some(([hidden]) => !hidden) && seen.some(([, value]) => value === 1), JSON.stringify(seen));
  assert.equal(await page.getByRole('button', { name: 'Replace: Licence L-1' }).count(), 1);
  await context.close();
});

test('the second of two admins is told what the first decided, and strangers are told nothing', async () => {
  const [olga, paul, ines] = [await platformAdmin(), await platformAdmin(), await anApplicant()];
  const name = `Ines ${randomBytes(4).toString('hex')}`;
  await sql`update public.specialists set display_name = ${name} where id = ${ines.specialistId}`;
  const id = await handIn(ines);
  const { page, context } = await onPage(olga, '/review', { viewport: { width: 360, height: 740 } });
  await openFromQueue(page, name);
  const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(width <= 0, `${width} px too wide`);
  await keepScreenshot(page, 'review-narrow');
  await ask(paul, 'specialist-verify', { document_id: id, decision: 'reject', reason: 'It is illegible.' });
  await decide(page, 'Approve');
  await page.getByText(/Somebody was faster: rejected .* because: It is illegible\./).waitFor();
  await page.getByText(/^No\. No\. 1, .* Rejected\.$/).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Approve' }).count(), 0, 'there is nothing left to decide');
  await context.close();

  const stranger = await onPage(ines, '/review');
  await stranger.page.getByText('This page is for platform admins').waitFor();
  assert.equal(await stranger.page.getByRole('button', { name: /^Open/ }).count(), 0);
  await stranger.page.goto(environment.siteUrl);
  await stranger.page.getByRole('link', { name: 'Offering sessions' }).waitFor();
  assert.equal(await stranger.page.getByRole('link', { name: 'Documents to review' }).count(), 0);
  await stranger.context.close();
});
