// @ts-check
// The inbox as a person reads it.

import { environment } from '../end-to-end/platform/environment.mjs';
import { pressUntil } from './pressing.mjs';

/**
 * Opens the newest mail to an address.
 * @param {import('playwright-core').Page} page @param {string} address @param {RegExp} subject @param {number} [seconds]
 */
export async function openMail(page, address, subject, seconds = 20) {
  await page.goto(`${environment.inboxUrl}/inbox?${new URLSearchParams({ q: address })}`);
  // It comes by itself.
  await page.getByRole('link', { name: address }).filter({ hasText: subject }).first().click({ timeout: seconds * 1000 });
  return page.frameLocator('iframe');
}

/**
 * Follows a link of the open mail.
 * @param {import('playwright-core').BrowserContext} context
 * @param {import('playwright-core').FrameLocator} mail @param {RegExp} name
 */
export async function followLink(context, mail, name) {
  return pressUntil(context.waitForEvent('page'), mail.getByRole('link', { name }));
}
