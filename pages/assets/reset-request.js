// @ts-check
// Asking for a link to choose a new password. The answer is the same whoever has the address.
import { byId, tell } from './dom.js';
import { Failure, bodyOf } from './failures.js';
import { callFunction } from './session.js';
import { waiting } from './waiting.js';
import { action } from './work.js';

export function offerRequest() {
  action(byId('request'), byId('request-note'), request, { invalid_request: 'This is not an e-mail address we can send to.' });
}

async function request() {
  const answer = await callFunction('auth-password-reset-request', { email: byId('email').value.trim() });
  if (answer.status === 429) throw new Failure('', `That was asked for very often from your network. Please try again ${waiting(answer.retryAfter)}.`);
  await bodyOf(answer);
  tell(byId('request-note'), 'If there is an account with this address, a link is on its way to it. It is valid for half an hour. Use the newest mail: each makes the ones before it invalid.');
}
