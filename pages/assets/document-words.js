// @ts-check
// What the pages about documents say, and what a file must be before anything of it is sent.
import { shortTime } from './times.js';

/** @type {Record<string, string>} */
export const TYPES = {
  license: 'Licence',
  diploma: 'Diploma',
  insurance: 'Insurance',
  certification: 'Certification',
  other: 'Other',
};

/** @type {Record<string, string>} by the state of a document */
export const STATES = { pending: 'Waiting', verified: 'Verified', rejected: 'Rejected', expired: 'Expired' };

const LARGEST_BYTES = 10 * 1024 * 1024;
export const OTHER_KIND = 'Choose a PDF, a JPEG or a PNG, please.';

/** Why a file of a length is not taken, in words; empty if it is. @param {number} size in bytes */
export function sizeRefusal(size) {
  if (size > LARGEST_BYTES) return `The file has ${(Math.ceil((size / LARGEST_BYTES) * 100) / 10).toFixed(1)} MB. Up to 10 MB are taken.`;
  return size === 0 ? 'The file is empty.' : '';
}

/** @typedef {{ status: string, missing: string[], standards: { version: string, accepted: boolean } }} Verification */

/** How a specialist stands. @param {Verification} verification */
export function standingText({ status, missing, standards }) {
  if (status === 'verified') return 'You are verified, and can be booked.';
  if (status === 'suspended') return 'You are suspended, and cannot be booked. Please ask us.';
  if (status === 'rejected') return 'Your application was not accepted. Please ask us.';
  const wanted = missing.map((type) => (TYPES[type] ?? type).toLowerCase());
  if (!standards.accepted) wanted.push('your acceptance of the professional standards');
  return wanted.length > 0
    ? `You are not verified yet. Missing: ${wanted.join(', ')}. What waits for us is missing until we have looked at it.`
    : 'You are not verified yet. One document of yours has to be approved first.';
}

/** @type {Record<string, string>} how a specialist stands */
const STANDINGS = {
  pending: 'is not verified yet',
  verified: 'is verified now',
  rejected: 'stays rejected',
  suspended: 'stays suspended',
};

/** What came of a decision. @param {string} verdict the state of the document @param {string} standing of the specialist */
export function outcomeText(verdict, standing) {
  const stays = verdict === 'rejected' && standing === 'verified' ? 'stays verified by the other documents' : STANDINGS[standing];
  return `${STATES[verdict]}. The specialist is mailed, and ${stays}.`;
}

/** @type {Record<string, string>} by the code of a refusal */
export const REFUSALS = {
  forbidden: 'You are no platform admin any more.',
  not_a_specialist: 'You have not applied as a specialist. Please reload this page.',
  not_found: 'This document is gone.',
  not_replaceable: 'We are looking at this document just now, or have decided. Please upload another one.',
  too_many_documents: 'Twenty documents of yours wait already. Please wait for us.',
  already_expired: 'The document is no longer valid on that day.',
  invalid_document: 'Something about this document cannot be right. Please look at number and authority again.',
  version_not_in_force: 'There is a newer version of the standards. Please reload this page.',
  own_document: 'This is your own document. Somebody else decides about it.',
  file_missing: 'The file was never uploaded.',
  review_not_started: 'You opened this document more than an hour ago, or it was replaced since. Please open it again.',
  reason_required: 'Say why, in 5 to 500 characters.',
};

/** What another admin has decided. @param {{ status: string, decided_at: string, reason?: string }} decision */
export function decisionText({ status, decided_at: at, reason }) {
  return `Somebody was faster: ${(STATES[status] ?? status).toLowerCase()} ${shortTime(at)}${reason ? `, because: ${reason}` : '.'}`;
}
