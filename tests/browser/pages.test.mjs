// @ts-check
// What holds for the pages as a whole: whom the first one leads where, names, times, borders, nothing that flashes.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { sql } from '../end-to-end/platform/clients.mjs';
import { memberOf, platformAdmin } from '../end-to-end/platform/companies.mjs';
import { environment } from '../end-to-end/platform/environment.mjs';
import { newAddress, signedIn } from '../end-to-end/platform/people.mjs';
import { anApplicant } from '../end-to-end/platform/specialists.mjs';
import { hindrances } from './axe.mjs';
import { keepScreenshot } from './chromium.mjs';
import { visitorAs } from './visitor.mjs';
import { companyPage, invite, invitingCompany } from './inviting.mjs';

/** @type {Record<string, any>} */
const people = {};
/** @type {Awaited<ReturnType<typeof invitingCompany>>} */
let company;

before(async () => {
  company = await invitingCompany();
  const [newcomer, employee, specialist, admin] = [await signedIn(), await memberOf(company, 'employee'), await anApplicant(), await platformAdmin()];
  Object.assign(people, { newcomer, employee, companyAdmin: company.admin, specialist, admin });
});

describe('the first page leads to what one can do', () => {
  /** @type {[who: string, pages: string[], headings: string[]][]} */
  const cases = [
    ['nobody', [], []],
    ['newcomer', ['Offering sessions'], ['Book sessions']],
    ['employee', ['Offering sessions'], ['Your upcoming sessions', 'How a reminder reaches you']],
    ['companyAdmin', ['People and invitations', 'Offering sessions'], ['Your upcoming sessions', 'How a reminder reaches you']],
    // The professional standards.
    ['specialist', ['Offering sessions'], ['Before you begin anything new']],
    ['admin', ['Documents to review', 'Texts of mails', 'What was mailed', 'The audit log', 'Packages', 'Figures of companies', 'Feature flags'], []],
  ];
  for (const [who, pages, headings] of cases) {
    test(`${who}: ${[...pages, ...headings].join(', ') || 'signing up'}`, async () => {
      const { page, context } = await visitorAs(people[who]);
      await page.goto(environment.siteUrl);
      await (who === 'nobody' ? page.getByRole('main').getByRole('link', { name: 'Sign up' }) : page.locator('#ways')).waitFor();
      assert.deepEqual(await page.locator('#ways a:visible').allInnerTexts(), pages);
      const all = await page.locator('main h2:visible').allInnerTexts();
      assert.deepEqual(all.filter((one) => !['People of the demo', 'What runs here', 'Build on it'].includes(one)), headings);
      await keepScreenshot(page, `home-${who}`);
      // A page is called what leads to it is called.
      const links = await page.locator('nav a:visible, #ways a:visible').evaluateAll((all) => all.map((one) => [one.textContent, /** @type {HTMLAnchorElement} */ (one).href]));
      for (const [name, href] of links.filter(([name]) => name !== 'Home' && name !== 'Inbox')) {
        await page.goto(String(href));
        await page.getByRole('heading', { level: 1, name: String(name), exact: true }).waitFor();
        assert.equal(await page.title(), `${name} · Evenkeel`);
      }
      await context.close();
    });
  }
});

test('whoever is signed in never sees "Sign in", and nobody sees what is for others', async () => {
  for (const [who, shown, hidden] of [['employee', 'Sign out', 'Sign in'], ['nobody', 'Sign in', 'Sign out']]) {
    const { page, context } = await visitorAs(people[who]);
    // Nothing is answered: this is what is painted first.
    await page.route(/\/stack\/|\/v1\//, () => undefined);
    for (const path of ['/', '/company', '/documents', '/preferences', '/privacy', '/sessions', '/find', '/practice', '/devices', '/review']) {
      await page.goto(environment.siteUrl + path, { waitUntil: 'domcontentloaded' });
      assert.equal(await page.getByText(shown, { exact: true }).first().isVisible(), true, path);
      for (const element of await page.getByText(hidden, { exact: true }).all()) assert.equal(await element.isVisible(), false, path);
    }
    await context.close();
  }
});

test('a field shows where it is, in the light and in the dark', async () => {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const { page, context } = await visitorAs(people.companyAdmin, { colorScheme });
    for (const path of ['/company', '/preferences']) {
      await page.goto(environment.siteUrl + path);
      await page.locator('main button.plain:visible, main input[type=time]:visible').first().waitFor();
      const contrasts = await page.locator('main :is(input:not([type=checkbox]), select, button.plain):visible').evaluateAll((fields) => {
        /** @param {string} color */
        const light = (color) => {
          const [r, g, b] = (color.match(/[\d.]+/g) ?? []).map((part) => Number(part) / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        return fields.map((field) => {
          const [edge, paper] = [getComputedStyle(field).borderTopColor, getComputedStyle(/** @type {Element} */ (field.closest('.card'))).backgroundColor].map(light);
          return (Math.max(edge, paper) + 0.05) / (Math.min(edge, paper) + 0.05);
        });
      });
      assert.ok(contrasts.length > 0 && contrasts.every((one) => one >= 3), `${path}, ${colorScheme}: ${contrasts}`);
    }
    await context.close();
  }
});

test('times of a company are in the zone of whoever reads them', async () => {
  await sql`update public.profiles set time_zone = 'Asia/Kathmandu' where id = ${company.admin.id}`;
  const { page, context } = await companyPage(company);
  const email = newAddress();
  await invite(page, email);
  await page.getByText('Times are shown in Asia/Kathmandu.').waitFor();
  const [{ expires_at: at }] = await sql`select expires_at from public.company_employee_invitations where email = ${email}`;
  const shown = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Kathmandu' }).format(at);
  await page.getByRole('listitem').filter({ hasText: email }).getByText(`until ${shown}`).waitFor();
  await context.close();
});

test('preferences are saved as a whole or not at all, and a name may be empty', async () => {
  const person = people.newcomer;
  const { page, context } = await visitorAs(person);
  await page.goto(`${environment.siteUrl}/preferences`);
  await page.locator('#content').waitFor();
  await page.getByLabel('Reminders').uncheck();
  await page.getByLabel('At any time').uncheck();
  await page.getByLabel('Monday from').fill('20:00');
  await page.getByLabel('Monday until').fill('08:00');
  await page.getByLabel('Time zone').selectOption('Europe/Lisbon');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('Each weekday has a time from which and until which mail is read').waitFor();
  assert.equal((await sql`select from public.notification_preferences where user_id = ${person.id}`).length, 0);
  await page.getByLabel('Monday from').fill('08:00');
  await page.getByLabel('Monday until').fill('00:00');
  for (const day of ['Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']) await page.getByLabel(day, { exact: true }).uncheck();
  await page.getByText(/would come Monday, .* at 08:00|would come at once/).waitFor();
  assert.deepEqual(await hindrances(page), []);
  await keepScreenshot(page, 'preferences');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('Saved.').waitFor();
  await page.reload();
  await page.getByLabel('Monday until').waitFor();
  assert.equal(await page.getByLabel('Monday until').inputValue(), '00:00');
  assert.equal(await page.getByLabel('Tuesday', { exact: true }).isChecked(), false);

  await page.getByLabel('Name').fill(' ');
  await page.getByRole('button', { name: 'Save' }).last().click();
  await page.locator('#you-note').getByText('Saved.').waitFor();
  const [kept] = await sql`
    select display_name, time_zone, reminder_email, mail_windows from public.profiles p join public.notification_preferences n on n.user_id = p.id where p.id = ${person.id}`;
  assert.deepEqual({ ...kept }, {
    display_name: '', time_zone: 'Europe/Lisbon', reminder_email: false,
    mail_windows: [{ from: '08:00', until: '24:00' }, null, null, null, null, null, null],
  });
  await context.close();
});
