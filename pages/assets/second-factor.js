// @ts-check
// Codes of an authenticator app. What they are worth Auth and the database decide.
import { Failure, answerOf } from './failures.js';
import { client } from './session.js';

/**
 * Shows a code: from then on this session has shown a second factor. It may be of any of the person's apps.
 * @param {{ id: string }[]} factors @param {string} code as it was typed
 */
export async function showCode(factors, code) {
  let refused = new Failure('', 'There is no second factor any more. Please sign in again.');
  for (const { id } of factors) {
    try {
      await answerOf(client.auth.mfa.challengeAndVerify({ factorId: id, code: code.replace(/\s/g, '') }));
      return;
    } catch (error) {
      const word = error instanceof Failure ? error.code : '';
      if (word === 'mfa_verification_rejected') throw new Failure('', 'There were too many wrong codes. Wait a quarter of an hour, and sign in again.');
      if (word !== 'mfa_verification_failed') throw error;
      refused = new Failure('', 'That code is wrong, or over: type the one that the app shows now.');
    }
  }
  throw refused;
}
