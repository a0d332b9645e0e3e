// @ts-check
// What can become of a call, and what a page may then look like.

import assert from 'node:assert/strict';
import { eventually } from '../end-to-end/platform/waiting.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {(route: import('playwright-core').Route, page: Page) => unknown} Fault */

/** Everything a page asks of the platform. */
export const API = /\/(?:auth|rest|functions|storage)\/v1\/|\/stack\/\w+\.json/;

const HTML = '<!doctype html><html><body><h1>502 Bad Gateway</h1>TypeError: x at f (http://upstream/app.js:1:1)</body></html>';
/** Longer than a page waits. */
const PATIENCE_MILLISECONDS = 16_000;

/** @type {Record<string, Fault>} */
export const FAULTS = {
  'no connection': (route) => route.abort(),
  'an error in HTML': (route) => route.fulfill({ status: 500, contentType: 'text/html', body: HTML }),
  'no answer': (_, page) => page.clock.fastForward(PATIENCE_MILLISECONDS),
};

/** What a browser, a proxy, Auth or PostgreSQL says of itself. */
const RAW = /TypeError|Failed to fetch|NetworkError|AbortError|at http|Bad Gateway|<html|undefined|\[object|PGRST|unexpected_failure|violates|\bnull\b|silent/i;

/** A call is the same one whatever it asks for. @param {string} url */
export const nameOf = (url) => new URL(url).pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id');

/** What somebody reads on a page, without what changes by itself or by what others do: of choices and free times it is only said whether there
 * are any; null while it waits. @param {Page} page */
function readPage(page) {
  return page.evaluate(() => {
    if (document.documentElement.ariaBusy) return null;
    if ([...document.querySelectorAll('.waiting')].some((element) => element.getClientRects().length > 0)) return null;
    const main = /** @type {HTMLElement | null} */ (document.querySelector('.unanswered') ?? document.querySelector('main'));
    // Not there yet.
    if (!main) return null;
    let text = main.innerText;
    for (const [selector, mark] of [['#times, #pillars, select', '…'], ['#status', '']]) {
      for (const element of /** @type {NodeListOf<HTMLElement>} */ (main.querySelectorAll(selector))) if (element.innerText) text = text.replace(element.innerText, mark);
    }
    return text.replace(/\d+/g, '0').trim();
  });
}

/** Waits until a page no longer waits itself, and is as it was. @param {Page} page @param {string} where @param {string} [wanted] */
export async function settle(page, where, wanted) {
  let [before, text] = /** @type {(string | null)[]} */ ([null, null]);
  await eventually(`${where}: a page that is there${wanted ? ` as before, "${wanted}"` : ''}`, async () => {
    [before, text] = [text, await readPage(page)];
    return text && (wanted ? text === wanted : text === before);
  });
  return String(text);
}

/** @param {Page} page @param {string} where */
export async function assertForPeople(page, where) {
  const text = await page.evaluate(() => document.body.innerText);
  assert.doesNotMatch(text, RAW, where);
  assert.equal(await page.locator('h1:visible').count(), 1, `${where}: headings`);
}
