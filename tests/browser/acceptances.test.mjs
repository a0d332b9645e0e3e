// @ts-check
// Somebody takes the terms back, is told what to accept before anything new begins, and accepts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environment } from '../end-to-end/platform/environment.mjs';
import { signedIn } from '../end-to-end/platform/people.mjs';
import { keepScreenshot } from './chromium.mjs';
import { visitorAs } from './visitor.mjs';

test('what somebody accepted is taken back, and accepted again', async () => {
  const { page, context, complaints } = await visitorAs(await signedIn({ display_name: 'Ada' }));
  await page.goto(`${environment.siteUrl}/preferences`);
  await page.getByRole('button', { name: 'Take back: Terms of use' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
  await page.getByText('You no longer accept: Terms of use.').waitFor();
  assert.equal(await page.getByRole('button', { name: /^Take back: / }).count(), 1, 'the privacy notice');
  await page.goto(`${environment.siteUrl}/`);
  await page.getByRole('heading', { name: 'Before you begin anything new' }).waitFor();
  await keepScreenshot(page, 'something-to-accept');
  await page.getByRole('button', { name: 'Accept: Terms of use, version 2026-11' }).click();
  await page.getByText('You accepted: Terms of use.').waitFor();
  assert.equal(await page.getByRole('heading', { name: 'Before you begin anything new' }).isVisible(), false);
  assert.deepEqual(complaints, []);
  await context.close();
});
