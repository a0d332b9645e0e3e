// @ts-check
// The inbox as a person reads it.

import { setTimeout } from 'node:timers/promises';
import { environment } from '../end-to-end/platform/environment.mjs';

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
 * Follows a link of the open mail. The frame of a mail has a process of its own: a click that comes before that has drawn
 * it is lost without a word, so it is clicked until something opens.
 * @param {import('playwright-core').BrowserContext} context
 * @param {import('playwright-core').FrameLocator} mail @param {RegExp} name
 */
export async function followLink(context, mail, name) {
  /** @type {import('playwright-core').Page | undefined} */
  let page;
  const opened = context.waitForEvent('page').then((it) => (page = it));
  // It is met below, when the click before it is done.
  opened.catch(() => {});
  while (!page) {
    await mail.getByRole('link', { name }).click();
    await Promise.race([opened, setTimeout(3_000)]);
  }
  return page;
}
