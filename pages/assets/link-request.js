// @ts-check
// Asking for a mail with a link, by an address. The answer is the same whoever has it.
import { byId, tell } from './dom.js';
import { Failure, bodyOf } from './failures.js';
import { callFunction } from './session.js';
import { waiting } from './waiting.js';
import { action } from './work.js';

const NO_ADDRESS = 'This is not an e-mail address we can send to.';

/**
 * @param {string} path of the function @param {string | ((email: string) => void)} told to who asked
 * @param {Record<string, string>} [more] what goes along with the address
 */
export function offerLink(path, told, more = {}) {
  action(byId('request'), byId('request-note'), () => request(path, told, more), { invalid_request: NO_ADDRESS });
}

/** @param {string} path @param {string | ((email: string) => void)} told @param {Record<string, string>} more */
async function request(path, told, more) {
  const email = byId('email').value.trim();
  const answer = await callFunction(path, { email, ...more });
  if (answer.status === 429) throw new Failure('', `That was asked for very often from your network. Please try again ${waiting(answer.retryAfter)}.`);
  await bodyOf(answer);
  if (typeof told === 'string') tell(byId('request-note'), told);
  else told(email);
}
