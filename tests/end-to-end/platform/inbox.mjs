// @ts-check
// The mails that the local platform's inbox received.

import { environment } from './environment.mjs';
import { eventually } from './waiting.mjs';

/** @typedef {{ id: string, from: string, to: string[], subject: string, html: string, text: string, headers?: Record<string, string> }} Mail */

/** Mails to an address, oldest first. @param {string} address @returns {Promise<Mail[]>} */
export async function mailsTo(address) {
  const headers = { authorization: 'Bearer re_tests' };
  const response = await fetch(`${environment.inboxUrl}/emails`, { headers });
  if (!response.ok) throw new Error(`the inbox answered ${response.status}`);
  const { data } = await response.json();
  const ids = data
    .filter((/** @type {Mail} */ mail) => mail.to.includes(address))
    .map((/** @type {Mail} */ mail) => mail.id);
  return Promise.all(
    ids.map(async (/** @type {string} */ id) =>
      (await fetch(`${environment.inboxUrl}/emails/${id}`, { headers })).json(),
    ),
  );
}

/** The nth mail (from 1) to an address, as soon as it is there.
 * @param {string} address @param {number} [number] @param {number} [seconds] @returns {Promise<Mail>} */
export function mailTo(address, number = 1, seconds = 20) {
  return eventually(`mail ${number} to ${address}`, async () => (await mailsTo(address))[number - 1], seconds);
}

/** The token of the link in a mail; the link must be the same in both versions of the mail.
 * @param {Mail} mail @param {'confirm-email' | 'complete-sign-up' | 'reset-password' | 'accept-invitation' | 'confirm-new-address' | 'keep-address'} [page] */
export function tokenIn(mail, page = 'confirm-email') {
  const found = new RegExp(`/${page}#token=([A-Za-z0-9_-]+)`);
  const token = found.exec(mail.text)?.[1];
  if (!token || found.exec(mail.html)?.[1] !== token) throw new Error(`no link in the mail "${mail.subject}"`);
  return token;
}
