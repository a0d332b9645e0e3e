// @ts-check
// A link on its way into a page: pasted into an open tab, spelled by another program, opened without JavaScript.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAGES } from '../../scripts/stack/pages.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { mailTo, tokenIn } from '../end-to-end/platform/inbox.mjs';
import { unconfirmed } from '../end-to-end/platform/people.mjs';
import { newVisitor } from './chromium.mjs';

const TOKEN = Buffer.alloc(48, 1).toString('base64url');

/** As somebody does who pastes an address into the bar of this tab. @param {import('playwright-core').Page} page @param {string} address */
async function paste(page, address) {
  await page.evaluate((to) => void location.assign(to), address);
}

test('a link pasted into a tab that shows its page already is taken, and leaves the address bar', async () => {
  const person = await unconfirmed();
  const { page, context } = await newVisitor();
  const place = `${environment.siteUrl}/confirm-email`;
  await page.goto(place);
  await page.getByText('Open this page with the link').waitFor();
  await paste(page, `${place}#token=${TOKEN}`);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('This link is not valid').waitFor();
  assert.equal(page.url(), place);

  await paste(page, `${place}#token=${tokenIn(await mailTo(person.email))}`);
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByText('Your address is confirmed').waitFor();
  assert.equal(page.url(), place);
  await context.close();
});

test('every page of a link takes one that is pasted', async () => {
  const { page, context } = await newVisitor();
  await page.route('**/functions/v1/**', (route) => route.fulfill({ status: 503 }));
  /** @type {[name: string, without: string, control: string][]} */
  const pages = [
    ['complete-sign-up', 'Open this page with the link', 'Try again'],
    ['reset-password', 'Open this page with the link', 'Save the new password'],
    ['confirm-new-address', 'Open this page with the link', 'Use this address'],
    ['keep-address', 'Open this page with the link', 'Keep this address'],
    ['unsubscribe', 'Open this page with the link', 'Unsubscribe'],
    ['accept-invitation', 'Open this page with the link', 'Try again'],
  ];
  for (const [name, without, control] of pages) {
    await page.goto(`${environment.siteUrl}/${name}`);
    await page.getByText(without).waitFor();
    await paste(page, `${environment.siteUrl}/${name}#token=${TOKEN}E`);
    await page.getByRole('button', { name: control }).waitFor();
    assert.equal(page.url(), `${environment.siteUrl}/${name}`);
  }
  await context.close();
});

test('a link that another program has spelled leads to its page, with its token', async () => {
  const { page, context } = await newVisitor();
  /** @type {unknown[]} */
  const posted = [];
  await page.route('**/functions/v1/auth-email-verify', (route) => {
    posted.push(route.request().postDataJSON().token);
    return route.fulfill({ json: { status: 'verified' } });
  });
  const rests = ['%23token=T', '/#token=T', '##token=T', '?token=T', '#utm_source=mail&amp;token=T', '#token=T&amp;x=1', '#token%3DT', '#token=%3CT%3E.'];
  for (const rest of rests) {
    await page.goto('about:blank');
    await page.goto(`${environment.siteUrl.toUpperCase()}/confirm-email${rest.replace('T', `${TOKEN}E`)}`);
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('Your address is confirmed').waitFor();
    assert.equal(page.url(), `${environment.siteUrl}/confirm-email`, rest);
  }
  assert.deepEqual(posted, rests.map(() => TOKEN));
  await context.close();
});

test('a link without all of its page says what to do, and its token leaves the address bar', async () => {
  const { page, context } = await newVisitor();
  await page.goto(`${environment.siteUrl}/confirm-#token=${TOKEN}`);
  await page.getByText('a part of its address was lost').waitFor();
  assert.equal(page.url(), `${environment.siteUrl}/confirm-`);
  await context.close();
});

test('without JavaScript every page says what it needs, and promises nothing', async () => {
  const { page, context } = await newVisitor({ javaScriptEnabled: false });
  for (const name of ['', ...PAGES.slice(1), 'nowhere']) {
    await page.goto(`${environment.siteUrl}/${name}`);
    assert.equal(await page.locator('h1:visible').innerText(), 'This page needs JavaScript', name);
    for (const idle of ['One moment', 'Asking']) assert.equal(await page.getByText(idle).filter({ visible: true }).count(), 0, name);
    assert.equal(await page.locator(':is(form, button):visible').count(), 0, name);
  }
  await context.close();
});
