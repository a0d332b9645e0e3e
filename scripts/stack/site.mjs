// @ts-check
// A frontend of one's own: where the links in mails lead, and which origins its pages have.
import { UserError } from './user-error.mjs';

/** One machine by three names: which of them a development server is opened by is a matter of habit. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)$/;

/** The address as links begin with it, without a slash at its end. @param {string} name whose value it is @param {string} text */
export function readSite(name, text) {
  const url = /^https?:\/\/[^?#\\]+$/i.test(text) && URL.canParse(text) ? new URL(text) : null;
  if (!url || url.username || url.password || !HOST.test(url.hostname)) {
    throw new UserError(`${name} is "${text}"; it must be the address of a frontend by http or https, without query and password, such as http://localhost:5173.`);
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** The origins that the pages of a site have. @param {string} site @returns {string[]} */
export function originsOf(site) {
  const { protocol, hostname, port, origin } = new URL(site);
  return LOOPBACK.includes(hostname) ? LOOPBACK.map((name) => `${protocol}//${name}${port && `:${port}`}`) : [origin];
}

/** Where Auth may send people back to besides, as `additional_redirect_urls` has it. @param {string} site */
export function redirectsTo(site) {
  return originsOf(site).map((origin) => `${origin}/**`);
}
