// @ts-check
// Every call of every page fails in turn, in three ways one after the other, when the page is loaded and when something on
// it is pressed. A person's visits share one page of a browser, which is most of what they cost.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ask, memberOf, platformAdmin } from '../end-to-end/platform/companies.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { PASSWORD, newAddress, signedIn } from '../end-to-end/platform/people.mjs';
import { aPdf, anApplicant, handIn } from '../end-to-end/platform/specialists.mjs';
import { API, FAULTS, assertForPeople, nameOf, settle } from './faults.mjs';
import { invitingCompany } from './inviting.mjs';
import { visitorAs } from './visitor.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{ client: import('@supabase/supabase-js').SupabaseClient }} Person */
/** @typedef {{ who: string, path: string }} Visit */

const AT_ONCE = 3;
/** Without these a page is whole: where nothing answers, a session is taken to stand. */
const DISPENSABLE = /former_work_address|\/auth\/v1\/user$/;
/** What every page asks by the same module: tried once for whoever is signed in, and once for nobody. */
const COMMON = /config\.json|status\.json|former_work_address|\/auth\/v1\/user$/;
/** Left out of what is pressed, since they ask nothing of the platform. Free times, of which there are hundreds, are tried in bookings.test.mjs. */
const SILENT = /^(?:Use another account|I have an account|Another document|Replace|Upload its file)/;
const TOKEN = Buffer.alloc(48, 1).toString('base64url');
const PREVIEW = { company: { name: 'Northwind' }, email: 'ada@example.com', requires: 'password', terms: { terms: '1', privacy: '1' } };

/** @type {Record<string, Person | null>} */
const people = { nobody: null };

before(async () => {
  const [company, undecided] = [await invitingCompany(), await invitingCompany({ hasAgreed: false })];
  await memberOf(company, 'employee');
  const invited = await ask(company.admin, 'company-invite-employee', { company_id: company.id, invitations: [{ email: newAddress() }] });
  assert.equal(invited.status, 200);
  const [newcomer, specialist, admin] = [await signedIn(), await anApplicant(), await platformAdmin()];
  await handIn(specialist);
  Object.assign(people, { companyAdmin: company.admin, undecided: undecided.admin, newcomer, specialist, admin });
  // So that there is somewhere else to sign out.
  await company.admin.client.auth.signInWithPassword({ email: company.admin.email, password: PASSWORD });
});

/** @type {Visit[]} */
const VISITS = [
  ...['/', '/sign-in', '/sign-up', '/forgot-password', '/confirm-email', '/nowhere'].map((path) => ({ who: 'nobody', path })),
  ...['confirm-email', 'complete-sign-up', 'reset-password', 'confirm-new-address', 'keep-address', 'unsubscribe', 'accept-invitation'].map((name) => ({ who: 'nobody', path: `/${name}#token=${TOKEN}` })),
  ...['/', '/company', '/preferences', '/calendar', '/sessions', '/find', '/practice', '/devices', '/change-address', '/privacy'].map((path) => ({ who: 'companyAdmin', path })),
  { who: 'undecided', path: '/company' },
  ...['/', '/documents', '/review', '/company'].map((path) => ({ who: 'newcomer', path })),
  { who: 'specialist', path: '/documents' },
  { who: 'admin', path: '/' },
  { who: 'admin', path: '/review' },
  { who: 'admin', path: '/audit' },
  { who: 'admin', path: '/figures' },
];

/** @param {string} who */
async function visitorOf(who) {
  const visitor = await visitorAs(people[who], { viewport: { width: 1280, height: 720 } });
  visitor.context.setDefaultTimeout(30_000);
  await visitor.page.clock.install();
  // What the link is about is not what is tried here.
  await visitor.context.route('**/company-invitation-accept/preview', (route) => route.fulfill({ json: PREVIEW }));
  return visitor;
}

let opened = 0;

/** Anew, also where the page shows this path already; a blank page between would cost another process of the browser.
 * @param {Page} page @param {Visit} visit */
async function open(page, { path }) {
  const [place, hash] = path.split('#');
  await page.goto(`${environment.siteUrl}${place}?${(opened += 1)}${hash ? `#${hash}` : ''}`);
}

/** @param {Visit} visit */
const called = ({ who, path }) => `${path.split('#')[0]} of ${who}`;

/** The visits of each person in turn, of some persons side by side. @param {(visit: Visit, page: Page) => Promise<void>} run */
async function each(run) {
  const waiting = Object.keys(people);
  const lane = async () => {
    for (let who = waiting.shift(); who; who = waiting.shift()) await visitAll(who, run);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

/** @param {string} who @param {(visit: Visit, page: Page) => Promise<void>} run */
async function visitAll(who, run) {
  const { page, context, complaints } = await visitorOf(who);
  for (const visit of VISITS.filter((one) => one.who === who)) {
    await run(visit, page);
    assert.deepEqual(complaints.filter((one) => one.startsWith('error')), [], called(visit));
  }
  await context.close();
}

/** @type {Map<Visit, { text: string, calls: Set<string> }>} */
const whole = new Map();

test('every page is whole where everything answers', async () => {
  await each(async (visit, page) => {
    /** @type {Set<string>} */
    const calls = new Set();
    const take = (/** @type {import('playwright-core').Request} */ request) => void (API.test(request.url()) && calls.add(nameOf(request.url())));
    page.on('request', take);
    await open(page, visit);
    const text = await settle(page, called(visit));
    await assertForPeople(page, called(visit));
    page.off('request', take);
    whole.set(visit, { text, calls });
  });
});

test('a page that cannot be loaded says so in words, and is whole once it can', async () => {
  let tried = 0;
  /** @type {Set<string>} */
  const common = new Set();
  const who = (/** @type {Visit} */ visit) => visit.who === 'nobody';
  await each(async (visit, page) => {
    const { text, calls } = /** @type {{ text: string, calls: Set<string> }} */ (whole.get(visit));
    for (const call of calls) {
      if (call.endsWith('/preview') || (COMMON.test(call) && common.has(`${who(visit)} ${call}`))) continue;
      common.add(`${who(visit)} ${call}`);
      let fault = Object.keys(FAULTS)[0];
      await page.route((url) => API.test(url.href) && nameOf(url.href) === call, (route) => (fault ? FAULTS[fault](route, page) : route.fallback()));
      await open(page, visit);
      if (call.endsWith('status.json')) await page.getByText('The stack does not answer.').waitFor();
      else if (DISPENSABLE.test(call)) await settle(page, `${called(visit)}, ${call}`, text);
      else await tryAgain(page, `${called(visit)}, ${call}`, (next) => (fault = next));
      await settle(page, `${called(visit)}, ${call}`, text);
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      tried += 1;
    }
  });
  assert.ok(tried >= 40, `${tried} calls`);
});

/** Tries again under each fault, and then under none. @param {Page} page @param {string} where @param {(fault: string) => void} set */
async function tryAgain(page, where, set) {
  const again = page.getByRole('button', { name: 'Try again' });
  for (const next of [...Object.keys(FAULTS).slice(1), '']) {
    await again.first().waitFor().catch(() => assert.fail(`${where}: there is no way to try again before ${next || 'it works'}`));
    await settle(page, where);
    await assertForPeople(page, where);
    set(next);
    // Each at once: what is pressed is gone, and others move up.
    for (const button of await again.elementHandles()) await button.click();
  }
}

test('what is pressed and fails says so in words, in sight, and can be pressed again', async () => {
  let pressed = 0;
  await each(async (visit, page) => {
    await open(page, visit);
    await settle(page, called(visit));
    if (called(visit) === '/review of admin') {
      await page.getByRole('button', { name: /^Open: / }).first().click();
      await page.getByRole('button', { name: 'Approve' }).waitFor();
    }
    let fault = '';
    await page.route(API, (route) => (fault && !route.request().url().includes('status.json') ? FAULTS[fault](route, page) : route.fallback()));
    const buttons = page.locator('main :is(form button[type=submit], .actions button, ul:not(.slots) > li button):visible:enabled');
    for (let i = 0; i < (await buttons.count()); i += 1) {
      const button = buttons.nth(i);
      const name = (await button.getAttribute('aria-label')) ?? (await button.innerText());
      if (SILENT.test(name)) continue;
      await fillAround(button);
      for (fault of Object.keys(FAULTS)) await press(page, button, `${called(visit)}, ${name}, ${fault}`);
      pressed += 1;
    }
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });
  assert.ok(pressed >= 30, `${pressed} buttons`);
});

/** @param {Page} page @param {import('playwright-core').Locator} button @param {string} where */
async function press(page, button, where) {
  await button.click();
  const dialog = page.getByRole('dialog');
  if (await dialog.isVisible()) await dialog.getByRole('button').first().click();
  // Until then, what an earlier press was answered is the last that is said.
  await page.waitForFunction((element) => !(/** @type {HTMLButtonElement} */ (element).disabled), await button.elementHandle());
  const note = page.locator('.note.bad:visible').last();
  await note.waitFor().catch(() => assert.fail(`${where}: nothing is said`));
  await assertForPeople(page, where);
  assert.match(await note.innerText(), /^[A-Z].{15,}\.$/, where);
  const box = /** @type {{ y: number, height: number }} */ (await note.boundingBox());
  assert.ok(box.y >= 0 && box.y + box.height <= 720, `${where}: the answer is out of sight`);
}

/** Fills in the form of a button so that the browser sends it. @param {import('playwright-core').Locator} button */
async function fillAround(button) {
  const form = button.locator('xpath=ancestor::form');
  if ((await form.count()) === 0) return;
  for (const field of await form.locator('input:visible, select:visible').all()) {
    const [type, id] = [await field.getAttribute('type'), await field.getAttribute('id')];
    if (type === 'checkbox') await field.check();
    else if (type === 'file') await field.setInputFiles(aFile(id ?? '', await field.getAttribute('accept')));
    else if (type === 'email') await field.fill('ada@example.com');
    else if (type === 'password' || type === 'text') await field.fill(PASSWORD);
    else if (type === null && (await field.evaluate((element) => element.tagName)) === 'INPUT' && (await field.isEnabled())) await field.fill('Ada Byron');
  }
}

/** @param {string} id @param {string | null} accept */
function aFile(id, accept) {
  return accept?.includes('pdf')
    ? { name: `${id}.pdf`, mimeType: 'application/pdf', buffer: aPdf() }
    : { name: `${id}.csv`, mimeType: 'text/csv', buffer: Buffer.from('ada@example.com') };
}
