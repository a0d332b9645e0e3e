// @ts-check

import { environment } from '../end-to-end/platform/environment.mjs';
import { PASSWORD } from '../end-to-end/platform/people.mjs';

/** Signs in by the page; what follows is up to the page. @param {import('playwright-core').Page} page @param {string} email @param {string} [password] */
export async function signIn(page, email, password = PASSWORD) {
  await page.goto(`${environment.siteUrl}/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
