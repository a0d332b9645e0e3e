// @ts-check
// The two boxes of the terms that are accepted with a new account.
import { byId } from './dom.js';

/** @typedef {{ terms: string, privacy: string }} Terms the versions in force */

/** @param {Terms} versions */
export function showTerms({ terms, privacy }) {
  byId('terms-text').textContent = `I accept the terms of use, version ${terms}.`;
  byId('privacy-text').textContent = `I have read the privacy notice, version ${privacy}.`;
}

/** Another version is another question. */
export function askTermsAnew() {
  byId('terms').checked = byId('privacy').checked = false;
}
