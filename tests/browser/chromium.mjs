// @ts-check

import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach } from 'node:test';
import { chromium } from 'playwright-core';
import { sql } from '../end-to-end/platform/clients.mjs';
import { root } from '../end-to-end/platform/environment.mjs';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
/** Where the visitors are: not where the machine is. */
export const TIME_ZONE = 'America/Sao_Paulo';
const screenshots = path.join(root, 'target/screenshots');

/** One for all tests of a file. @type {Promise<import('playwright-core').Browser> | undefined} */
let browser;
/** The latest ones. @type {{ page: import('playwright-core').Page, complaints: string[] }[]} */
let visitors = [];

// Each, also where the other fails: what is left open keeps the file from ending.
after(() => Promise.all([browser?.then((one) => one.close()), sql.end()]));

/** One that dies as it starts, as one of a thousand does, is followed by another. */
const STARTS = 3;

/** The machine's own browser; CHROMIUM names another one. */
async function openBrowser() {
  const executablePath = process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place));
  if (!executablePath) throw new Error('there is no Chromium on this machine');
  // The sandbox needs rights that root and containers do not have; the pages are our own.
  for (let start = 1; ; start += 1) {
    try {
      return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
    } catch (error) {
      if (start === STARTS) throw error;
      console.log(`started again: ${error}`);
    }
  }
}

/**
 * A new visitor, and everything that went wrong in their pages.
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function newVisitor(options = {}) {
  browser ??= openBrowser();
  const context = await (await browser).newContext({ locale: 'en-GB', timezoneId: TIME_ZONE, ...options });
  // For a busy machine, on which ten megabytes take ten seconds into a page.
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  // Not by an initial script, which runs in frames that have none, too.
  page.on('domcontentloaded', () => void page.evaluate(notePresses).catch(() => {}));
  /** @type {string[]} */
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && complaints.push(`console: ${message.text()}`));
  page.on(
    'response',
    (response) => response.status() >= 500 && complaints.push(`${response.status()} ${response.url()}`),
  );
  visitors = [...visitors, { page, complaints }].slice(-4);
  return { context, page, complaints };
}

/** Notes what is pressed, and what comes of it: of a press that was lost there is nothing else to see. */
function notePresses() {
  const noted = /** @type {string[]} */ (Object.assign(globalThis, { presses: [] }).presses);
  for (const kind of ['mousedown', 'mouseup', 'click', 'submit', 'invalid']) {
    document.addEventListener(kind, ({ target }) => {
      const { id, nodeName, textContent } = /** @type {Element} */ (target);
      noted.push(`${Math.round(performance.now())} ms: ${kind} ${nodeName.toLowerCase()} ${id || textContent?.trim().slice(0, 40)}`);
    }, { capture: true });
  }
}

/** What a page is like, for whoever was not there. @param {import('playwright-core').Page} page */
async function stateOf(page) {
  return page.evaluate(() => ({
    at: Math.round(performance.now()),
    presses: /** @type {any} */ (globalThis).presses?.slice(-20),
    notes: [...document.querySelectorAll('.note, .waiting')].map((one) => one.textContent).filter(Boolean),
    fields: [...document.querySelectorAll('input, select, textarea')].map((one) => {
      const field = /** @type {HTMLInputElement} */ (one);
      return `${field.id}: ${field.type === 'password' ? 'hidden' : JSON.stringify(field.value)}${field.validity.valid ? '' : ' (invalid)'}`;
    }),
  }));
}

afterEach(async (t) => {
  const test = /** @type {import('node:test').TestContext & { passed?: boolean }} */ (t);
  if (test.passed !== false) return;
  for (const [n, { page, complaints }] of visitors.filter((one) => !one.page.isClosed()).entries()) {
    const name = `failed-${test.name.replace(/\W+/g, '-').slice(0, 60)}-${n + 1}`;
    await keepScreenshot(page, name).catch(() => {});
    console.log(name, page.url(), complaints, await stateOf(page).catch(String));
  }
});

/** Kept for whoever looks at a run of CI. @param {import('playwright-core').Page} page @param {string} name */
export async function keepScreenshot(page, name) {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
}
