// @ts-check
// The API reference: all that a frontend may call and nothing else, in a page that asks nobody but this stack.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { environment, root } from '../end-to-end/platform/environment.mjs';
import { signedIn } from '../end-to-end/platform/people.mjs';
import { newVisitor } from './chromium.mjs';
import { obstacles } from './obstacles.mjs';
import { visitorAs } from './visitor.mjs';

const REFERENCE = `${environment.url}/docs`;
/** @type {{ paths: Record<string, Record<string, { operationId: string }>> }} */
const { paths } = JSON.parse(await readFile(path.join(root, 'openapi.json'), 'utf8'));
const operations = Object.values(paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId)).sort();

/** Everything that goes wrong, and every request that leaves the stack. @param {Awaited<ReturnType<typeof newVisitor>>} visitor */
function watch({ page, complaints }) {
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'data:' && origin !== environment.url) complaints.push(`asks ${origin}`);
  });
  // Who leaves a page breaks off what it still asks.
  page.on('requestfailed', (request) => void (request.failure()?.errorText !== 'net::ERR_ABORTED' && complaints.push(`failed: ${request.url()}`)));
}

test('every SQL function that a client may call is on the page, none of the service alone, and all without JavaScript', async () => {
  const functions = await sql`
    select proname as name, has_function_privilege('anon', oid, 'execute') or has_function_privilege('authenticated', oid, 'execute') as callable
    from pg_proc where pronamespace = 'public'::regnamespace and prokind = 'f' and prorettype <> 'trigger'::regtype order by 1`;
  const of = (/** @type {boolean} */ callable) => functions.filter((one) => one.callable === callable).map(({ name }) => name);
  assert.ok(of(true).length > 30 && of(false).length > 10);
  const visitor = await newVisitor({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  const { page, context, complaints } = visitor;
  watch(visitor);
  await page.goto(REFERENCE);
  const shown = await page.locator('#sql-functions article:visible h4').allInnerTexts();
  assert.deepEqual(shown.sort(), of(true).sort());
  for (const name of of(false)) assert.equal(await page.locator(`#${name}`).count(), 0, name);
  assert.deepEqual((await page.locator('#edge-functions article:visible').evaluateAll((all) => all.map(({ id }) => id))).sort(), operations);
  // Each refusal has a status, and each argument its type.
  assert.ok((await page.locator('#sql-functions .status').allInnerTexts()).every((status) => /^4\d\d$/.test(status)));
  assert.equal(await page.locator('article .type', { hasText: /^$/ }).count(), 0);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('it is searched, linked to, and fits a telephone and a desk, in the light and in the dark', async () => {
  for (const [width, colorScheme] of /** @type {const} */ ([[390, 'dark'], [1280, 'light']])) {
    const visitor = await newVisitor({ viewport: { width, height: 844 }, colorScheme });
    const { page, context, complaints } = visitor;
    watch(visitor);
    await page.goto(`${REFERENCE}#book_session`);
    const target = page.locator('#book_session');
    assert.equal(await target.evaluate((one) => one.matches(':target')), true);
    assert.ok(Math.abs((await target.boundingBox())?.y ?? 999) < 100, 'the page is where the link leads');
    assert.deepEqual(await page.evaluate(obstacles), []);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
    await page.getByLabel('Search').fill('move_limit');
    assert.deepEqual(await page.locator('article:visible h4').allInnerTexts(), ['reschedule_booking']);
    await page.evaluate(() => void (location.hash = 'my_verification'));
    await page.locator('#my_verification').waitFor();
    await page.getByLabel('Search').fill('no_such_word');
    assert.equal(await page.locator('main :is(article, li, h3):visible').count(), 0);
    assert.deepEqual(complaints, []);
    await context.close();
  }
});

test('the edge functions are shown by the viewer under the policy of the pages, and can be tried as who is signed in', async () => {
  const visitor = await visitorAs(await signedIn(), { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
  const { page, context, complaints } = visitor;
  watch(visitor);
  await page.goto(REFERENCE);
  await page.getByRole('link', { name: 'try it: specialist-verify/queue' }).click();
  const operation = page.locator('#operations-Specialists-specialist-verify-queue');
  await operation.getByRole('button', { name: 'Try it out' }).click();
  await operation.getByRole('button', { name: 'Execute' }).click();
  await operation.locator('.live-responses-table').getByText('"forbidden"').waitFor();
  assert.deepEqual((await page.locator('.opblock').evaluateAll((all) => all.map(({ id }) => id.split('-').slice(2).join('-')))).sort(), operations);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
  // The refusal of this person, which was asked for, and nothing else.
  assert.deepEqual(complaints.filter((one) => !/403 \(Forbidden\)/.test(one)), []);
  await context.close();
});
