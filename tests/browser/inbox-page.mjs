// @ts-check
// The inbox as a person reads it.

import { environment } from '../end-to-end/platform/environment.mjs';
import { eventually } from '../end-to-end/platform/waiting.mjs';

/**
 * Opens the newest mail to an address.
 * @param {import('playwright-core').Page} page @param {string} address @param {RegExp} subject @param {number} [seconds]
 */
export async function openMail(page, address, subject, seconds = 20) {
  const row = page.locator('a', { hasText: address }).filter({ hasText: subject }).first();
  await eventually(
    `"${subject}" to ${address} on the inbox page`,
    async () => {
      await page.goto(`${environment.inboxUrl}/inbox`);
      return (await row.count()) > 0;
    },
    seconds,
  );
  await row.click();
  return page.frameLocator('iframe');
}

/**
 * Follows a link of the open mail.
 * @param {import('playwright-core').BrowserContext} context
 * @param {import('playwright-core').FrameLocator} mail @param {RegExp} name
 */
export async function followLink(context, mail, name) {
  // By keyboard: the inbox gives the mail's frame a padding, which Playwright's mouse does not know of.
  const link = mail.getByRole('link', { name });
  const [opened] = await Promise.all([context.waitForEvent('page'), link.press('Enter')]);
  return opened;
}
