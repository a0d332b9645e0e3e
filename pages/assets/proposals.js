// @ts-check
// The other times that wait for an answer.
import { answerOf } from './failures.js';
import { client } from './session.js';

/** @typedef {{ booking_id: string, proposed_by: 'employee' | 'specialist', starts_at: string, expires_at: string }} Proposal */

/** Those of all sessions that the person has or gives, by booking. @returns {Promise<Map<string, Proposal>>} */
export async function openProposals() {
  const asked = client
    .from('booking_proposals')
    .select('booking_id, proposed_by, starts_at, expires_at')
    .eq('status', 'open')
    .gt('expires_at', new Date().toISOString())
    .limit(1000);
  return new Map((await answerOf(asked)).map((/** @type {Proposal} */ one) => [one.booking_id, one]));
}
