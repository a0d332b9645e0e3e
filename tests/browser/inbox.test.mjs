// @ts-check
// The inbox: live, for a keyboard and for a phone, and safe whatever a mail says.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { test } from 'node:test';
import { environment } from '../end-to-end/platform/environment.mjs';
import { newAddress } from '../end-to-end/platform/people.mjs';
import { processesLike } from '../end-to-end/platform/processes.mjs';
import { eventually } from '../end-to-end/platform/waiting.mjs';
import { hindrances } from './axe.mjs';
import { keepScreenshot, newVisitor } from './chromium.mjs';
import { followLink } from './inbox-page.mjs';
import { pressUntil } from './pressing.mjs';

const list = `${environment.inboxUrl}/inbox`;

/** @param {Record<string, unknown>} content @param {Record<string, string>} [more] headers @returns {Promise<string>} its id */
async function post(content, more = {}) {
  const answer = await fetch(`${environment.inboxUrl}/emails`, {
    method: 'POST',
    headers: { authorization: 'Bearer re_tests', 'content-type': 'application/json', ...more },
    body: JSON.stringify({ from: 'Evenkeel <hello@evenkeel.test>', to: [newAddress()], subject: 'Hello', text: 'Hello', ...content }),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).id;
}

/** @param {import('playwright-core').Page} page */
async function assertForEverybody(page) {
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, `sideways: ${page.url()}`);
  assert.deepEqual(await hindrances(page), [], page.url());
}

test('a mail that arrives is on the page by itself, and nothing that is being read moves', async () => {
  const { page, context, complaints } = await newVisitor();
  const address = newAddress();
  await post({ to: [address], subject: 'The first' });
  await page.goto(`${list}?${new URLSearchParams({ q: address })}`);
  const first = page.getByRole('link', { name: 'The first' });
  await first.focus();
  await page.getByText('Live', { exact: true }).waitFor();
  await post({ subject: 'To somebody else' });
  await post({ to: [address], subject: 'The second' });
  await page.getByRole('link', { name: 'The second' }).waitFor();
  await page.getByText(`New mail to ${address}: The second`).waitFor();
  assert.deepEqual(await page.locator('#list .subject').allTextContents(), ['The second', 'The first']);
  assert.ok(await first.evaluate((element) => element === document.activeElement), 'the focus has moved');
  assert.deepEqual(complaints, []);
  await context.close();
});

test('who searches finds by address and subject, and is led back to what was found', async () => {
  const { page, context, complaints } = await newVisitor();
  const [word, address] = [randomUUID(), newAddress()];
  await post({ to: [address], subject: `One of ${word}` });
  await post({ subject: `Another of ${word}` });
  await page.goto(list);
  await page.getByLabel('Search').fill(word);
  await eventually('both', async () => (await page.locator('#list li').count()) === 2);
  await page.getByLabel('Search').fill(`${address.toUpperCase()} ${word}`);
  await eventually('one', async () => (await page.locator('#list li').count()) === 1);
  await page.locator('#list a').click();
  await page.getByRole('heading', { name: `One of ${word}` }).waitFor();
  await page.locator('#back').click();
  await page.getByRole('link', { name: word }).waitFor();
  assert.equal(await page.getByLabel('Search').inputValue(), `${address.toUpperCase()} ${word}`);
  assert.equal(await page.locator('#list li.new').count(), 0, 'it has been read');
  await page.getByLabel('Search').fill(`${word} and nothing`);
  await page.getByRole('heading', { name: 'No mail matches' }).waitFor();
  assert.deepEqual(complaints, []);
  await context.close();
});

test('a mail shows its HTML, text, headers and source by keyboard, and is downloaded', async () => {
  const { page, context, complaints } = await newVisitor();
  const key = randomUUID();
  const link = `${environment.url}/confirm-email#token=abc`;
  const id = await post({
    subject: 'Gruß', text: `Look: ${link}.`, html: `<p>Look <a href="${link}" rel="opener">here</a></p>`,
    headers: { 'List-Unsubscribe': `<${environment.url}/u>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    tags: [{ name: 'kind', value: 'reminder' }],
    attachments: [{ filename: 'session.ics', content: Buffer.from('BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n').toString('base64'), content_type: 'text/calendar; method=REQUEST; charset=utf-8' }],
  }, { 'idempotency-key': key });
  await page.goto(`${list}/${id}`);
  const opened = await followLink(context, page.frameLocator('iframe'), /here/);
  await opened.waitForURL(/confirm-email/);
  assert.equal(await opened.evaluate(() => [window.opener, document.referrer].join()), ',', 'the page that a link opened knows where it was');
  await page.getByRole('tab', { name: 'HTML' }).focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.locator('#text-body a').getAttribute('href'), link);
  assert.equal(await page.locator('#text-body').textContent(), `Look: ${link}.`);
  await page.keyboard.press('ArrowRight');
  const headers = await page.getByRole('tabpanel', { name: 'Headers' }).textContent();
  for (const one of ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click', `<${environment.url}/u>`, key, id, 'kind: reminder', '=?UTF-8?Q?Gru=C3=9F?=']) assert.ok(headers?.includes(one), one);
  await page.keyboard.press('End');
  await page.getByText('MIME-Version: 1.0').waitFor();
  await page.reload();
  await page.getByText('MIME-Version: 1.0').waitFor();
  for (const [name, file, beginning] of [['Download .eml', 'gru.eml', 'List-Unsubscribe:'], ['session.ics', 'session.ics', 'BEGIN:VCALENDAR']]) {
    const download = await pressUntil(page.waitForEvent('download'), page.getByRole('link', { name }));
    assert.equal(download.suggestedFilename(), file);
    assert.ok(readFileSync(await download.path(), 'utf8').startsWith(beginning), name);
  }
  assert.deepEqual(complaints, []);
  await context.close();
});

test('nothing in a mail runs, navigates, connects or reaches the page around it', async (t) => {
  let connections = 0;
  const listener = net.createServer((socket) => ((connections += 1), socket.destroy())).listen(0, '127.0.0.1');
  t.after(() => listener.close());
  await once(listener, 'listening');
  const there = `http://127.0.0.1:${/** @type {net.AddressInfo} */ (listener.address()).port}`;
  const id = await post({
    subject: '<img src=x onerror=alert(1)>',
    text: `<script>alert(1)</script> javascript:alert(1) ${there}/"onclick=alert(1)`,
    html: `<head><link rel="preconnect" href="${there}"><LINK rel="dns-prefetch" href="${there}"><link rel="stylesheet" href="${there}/a.css"><link rel="prefetch" href="${there}/b">
      <meta http-equiv="refresh" content="0;url=${there}/refresh"><base href="${there}/"></head><script>alert(1); top.location = '${there}/top'</script>
      <img src="${there}/a.png" onerror="alert(1)"><img src="b.png"><style>@import "${there}/c.css"; body { background: url(${there}/d.png) }</style><iframe src="${there}/e"></iframe>
      <object data="${there}/f"></object><video src="${there}/g" autoplay></video><svg onload="alert(1)"><image href="${there}/h"></svg>
      <iframe srcdoc="<script>parent.alert(1)</script>"></iframe><form action="${environment.inboxUrl}/inbox/mails/read" method="post"><button autofocus>Send</button></form>
      <a target="_top" href="${there}/top">top</a><a target="_self" href="${environment.inboxUrl}/inbox">self</a><a href="javascript:alert(1)">script</a><p>The end</p>`,
  });
  const { page, context } = await newVisitor();
  page.on('dialog', (dialog) => assert.fail(`a script has run: ${dialog.message()}`));
  context.on('dialog', (dialog) => assert.fail(`a script has run: ${dialog.message()}`));
  await page.goto(`${list}/${id}`);
  const mail = page.frameLocator('iframe');
  await mail.getByText('The end').waitFor();
  assert.equal(await page.locator('h1').textContent(), '<img src=x onerror=alert(1)>');
  const frame = /** @type {import('playwright-core').Frame} */ (page.frames().find((one) => one.url().endsWith('/html')));
  assert.equal(await frame.evaluate(() => globalThis.origin), 'null');
  assert.equal(await frame.evaluate(() => { try { return String(parent.document.title); } catch { return 'no'; } }), 'no');
  assert.equal(await frame.evaluate((at) => fetch(at).then(() => 'read', () => 'no'), `${environment.inboxUrl}/emails`), 'no');
  await mail.getByRole('link', { name: 'top', exact: true }).click();
  await mail.getByRole('button', { name: 'Send' }).click();
  await mail.getByRole('link', { name: 'script', exact: true }).click();
  await page.getByRole('tab', { name: 'Text' }).click();
  assert.deepEqual(await page.locator('#text-body a').evaluateAll((links) => links.map((one) => [one.getAttribute('href'), one.getAttribute('rel')])), [[`${there}/`, 'noopener noreferrer']]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(page.url(), `${list}/${id}#text`);
  assert.equal(connections, 0, 'a mail has called somebody');
  // By itself, in a tab of its own, it is no more than that.
  await page.goto(`${environment.inboxUrl}/inbox/mails/${id}/html`);
  await page.getByText('The end').waitFor();
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(connections, 0);
  assert.equal(await page.evaluate(() => globalThis.origin), 'null');
  await page.goto(`${list}/${id}`);
  await page.getByRole('button', { name: 'Load remote content' }).click();
  await eventually('a picture that was asked for', () => connections > 0);
  await context.close();
});

test('the HTML is shown as wide as a phone, and in dark colours, where somebody chooses so', async () => {
  // A scheme that the test chose would win over everything.
  const { page, context, complaints } = await newVisitor({ colorScheme: null });
  const id = await post({ html: '<meta name="color-scheme" content="light dark"><style>p { color: #111 } @media (prefers-color-scheme: dark) { p { color: #eee } }</style><p>Seen</p>' });
  await page.goto(`${list}/${id}`);
  const colour = () => page.frameLocator('iframe').getByText('Seen').evaluate((element) => getComputedStyle(element).color);
  const width = async () => (await page.locator('iframe').boundingBox())?.width ?? 0;
  assert.ok(await width() > 1100);
  assert.equal(await colour(), 'rgb(17, 17, 17)');
  await page.getByRole('group', { name: 'Width' }).getByText('390 px').click();
  assert.equal(await width(), 390);
  await page.getByRole('radio', { name: '320 px' }).focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowRight');
  assert.equal(await width(), 320);
  await page.getByText('Dark', { exact: true }).click();
  await eventually('its dark colours', async () => (await colour()) === 'rgb(238, 238, 238)');
  assert.deepEqual(complaints, []);
  await context.close();
});

test('every state is for everybody: narrow, wide, light, dark', async () => {
  const long = `${'an-address-that-is-long.'.repeat(2)}${newAddress()}`;
  const id = await post({
    to: [long], subject: `A subject without an end ${'Donaudampfschifffahrt'.repeat(5)}`, text: `Hello ${environment.url}/${'x'.repeat(300)}`, html: '<table width="900"><tr><td>Wide</table>',
    headers: { 'List-Unsubscribe': `<${environment.url}/${'x'.repeat(300)}>` }, attachments: [{ filename: `${'name'.repeat(30)}.pdf`, content: '' }],
  });
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const { page, context } = await newVisitor({ colorScheme });
    for (const [name, path, sign] of [
      ['list', '', '#list a'], ['nothing', '?q=nothing+like+this', '#nothing'], ['html', `/${id}`, 'iframe'], ['text', `/${id}#text`, '#text-body a'],
      ['headers', `/${id}#headers`, '#wire dd'], ['source', `/${id}#source`, '#source-body'], ['gone', '/00000000-0000-4000-8000-000000000000', '.unloaded'], ['nowhere', '/nowhere', 'h1'],
    ]) {
      await page.goto('about:blank');
      await page.goto(list + path);
      await page.locator(sign).first().waitFor();
      if (name === 'html') await page.frameLocator('iframe').getByText('Wide').waitFor();
      // One load for all: the style sheet alone knows the width.
      for (const width of [320, 390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await keepScreenshot(page, `inbox-${name}-${width}-${colorScheme}`);
        await assertForEverybody(page);
      }
    }
    await context.close();
  }
});

test('whose process is killed comes back with every mail, and the page with it', async () => {
  const { page, context } = await newVisitor();
  const address = newAddress();
  await post({ to: [address], subject: 'Before' });
  await page.goto(`${list}?${new URLSearchParams({ q: address })}`);
  await page.getByText('Live', { exact: true }).waitFor();
  const [pid] = processesLike(/\/parts\/inbox\.mjs/);
  assert.ok(pid > 1);
  process.kill(pid, 'SIGKILL');
  await page.getByText('Not connected, trying again').waitFor();
  await eventually('it to take mails again', () => post({ to: [address], subject: 'After' }).then(() => true, () => false));
  await page.getByRole('link', { name: 'After' }).waitFor({ timeout: 20_000 });
  await page.getByText('Live', { exact: true }).waitFor();
  assert.deepEqual(await page.locator('#list .subject').allTextContents(), ['After', 'Before']);
  await context.close();
});

test('where nothing answers the pages say so, and go on once something does', async () => {
  const { page, context } = await newVisitor();
  const id = await post({ subject: 'Silence', html: '<p>There' });
  const calls = /\/inbox\/(?:mails|events)/;
  for (const [path, name, sign] of [['', 'list', '#list a'], [`/${id}`, 'mail', 'iframe'], [`/${id}#source`, 'source', '#source-body:not(:empty)']]) {
    await page.goto('about:blank');
    await page.route(calls, (route) => (name === 'source' && !route.request().url().endsWith('source') ? route.continue() : route.abort()));
    await page.goto(list + path);
    await page.getByRole('alert').filter({ hasText: 'Nothing answered' }).waitFor();
    await keepScreenshot(page, `inbox-silent-${name}`);
    await assertForEverybody(page);
    await page.unroute(calls);
    // The list comes by itself.
    if (name !== 'list') await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator(sign).first().waitFor();
  }
  await context.close();
});

test('thousands of mails come in parts, and one that arrives meanwhile leaves what is shown', async () => {
  const { page, context, complaints } = await newVisitor();
  const word = randomUUID();
  const headers = { authorization: 'Bearer re_tests', 'content-type': 'application/json' };
  for (let i = 0; i < 20; i += 1) {
    const mails = Array.from({ length: 100 }, (_, j) => ({ from: 'hello@evenkeel.test', to: newAddress(), subject: `${word} ${i * 100 + j}`, text: 'Hello' }));
    assert.equal((await fetch(`${environment.inboxUrl}/emails/batch`, { method: 'POST', headers, body: JSON.stringify(mails) })).status, 200);
  }
  await page.goto(`${list}?q=${word}`);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Older mails' }).click();
  await eventually('a hundred', async () => (await page.locator('#list li').count()) === 100);
  assert.ok(await page.locator('#list li').nth(50).locator('a').evaluate((link) => link === document.activeElement), 'reading does not go on where it was');
  await post({ subject: `${word} newest` });
  await page.getByRole('link', { name: `${word} newest` }).waitFor();
  assert.equal(await page.locator('#list li').count(), 101);
  await page.getByRole('button', { name: 'Older mails' }).click();
  await eventually('the next fifty', async () => (await page.locator('#list li').count()) === 151);
  const subjects = (await page.locator('#list .subject').allTextContents()).map((text) => text.slice(word.length + 1));
  assert.deepEqual(subjects, ['newest', ...Array.from({ length: 150 }, (_, i) => String(1999 - i))]);
  assert.deepEqual(complaints, []);
  await context.close();
});

test('all are deleted after a question, and the page says so', async () => {
  const { page, context, complaints } = await newVisitor();
  await post({ subject: 'To be deleted' });
  await page.goto(list);
  await page.getByRole('button', { name: 'Delete all' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  assert.ok((await page.locator('#list li').count()) > 0);
  await page.getByRole('button', { name: 'Delete all' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete all' }).click();
  await page.getByRole('heading', { name: 'No mail yet' }).waitFor();
  await page.getByText('All mails are deleted.').waitFor();
  await keepScreenshot(page, 'inbox-empty');
  await assertForEverybody(page);
  assert.deepEqual(complaints, []);
  await context.close();
});
