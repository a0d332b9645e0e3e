// @ts-check

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** What the levels A and AA of WCAG 2.2 ask for, which a mail can give. */
export const OF_A_MAIL = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** And what is good for pages, such as landmarks. */
const OF_A_PAGE = [...OF_A_MAIL, 'best-practice'];

/**
 * What axe finds in a page: rule, and each element. What is in frames is somebody else's.
 * @param {import('playwright-core').Page} page @param {string[]} [tags] of rules
 * @returns {Promise<string[]>}
 */
export async function hindrances(page, tags = OF_A_PAGE) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const { violations } = await page.evaluate(
    (values) => /** @type {any} */ (globalThis).axe.run(document, { iframes: false, runOnly: { type: 'tag', values } }),
    tags,
  );
  return violations.flatMap((/** @type {any} */ one) => one.nodes.map((/** @type {any} */ node) => `${one.id}: ${node.html}`));
}
