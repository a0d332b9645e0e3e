// @ts-check
// What several tests do on the pages of documents.

import { environment } from '../end-to-end/platform/environment.mjs';
import { newVisitor } from './chromium.mjs';
import { signIn } from './sign-in-page.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** Somebody on a page of theirs. @param {{ email: string }} person @param {string} path */
export async function onPage(person, path, options = {}) {
  const visit = await newVisitor(options);
  await signIn(visit.page, person.email);
  await visit.page.waitForURL('**/');
  await visit.page.goto(environment.siteUrl + path);
  return visit;
}

/** @param {Page} page @param {Buffer} file @param {{ name?: string, mimeType?: string, number?: string }} [more] */
export async function upload(page, file, { name = 'licence.pdf', mimeType = 'application/pdf', number = 'L-1' } = {}) {
  await page.getByLabel('Number').fill(number);
  await page.getByLabel('Issued by').fill('Board of Health');
  await page.getByLabel('File', { exact: true }).setInputFiles({ name, mimeType, buffer: file });
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
}

/** @param {Page} page @param {string} title */
export const handedIn = (page, title) => page.getByRole('listitem').filter({ hasText: title });

/** The queue may hold documents of others, a page of them or more. @param {Page} page @param {string} name */
export async function openFromQueue(page, name) {
  const rows = page.getByRole('button', { name: /^Open: / });
  const button = page.getByRole('button', { name: `Open: Licence of ${name}` });
  await rows.first().waitFor();
  while ((await button.count()) === 0) {
    const shown = await rows.count();
    await page.getByRole('button', { name: 'Show more' }).click();
    await rows.nth(shown).waitFor();
  }
  await button.first().click();
  await page.getByRole('heading', { name: `Licence of ${name}` }).waitFor();
}

/** Approves or rejects what is open, and says so once more where the page asks. @param {Page} page @param {'Approve' | 'Reject'} verb */
export async function decide(page, verb) {
  await page.getByRole('button', { name: verb }).click();
  await page.getByRole('dialog').getByRole('button', { name: verb }).click();
}
