// @ts-check
// Asking for a link to choose a new password. The answer is the same whoever has the address.
import { byId, onSubmit, tell } from './dom.js';
import { callFunction } from './session.js';
import { waiting } from './waiting.js';

export function offerRequest() {
  onSubmit(byId('request'), request);
}

async function request() {
  const { status, retryAfter } = await callFunction('auth-password-reset-request', { email: byId('email').value.trim() });
  const note = byId('request-note');
  if (status === 202) return tell(note, 'If there is an account with this address, a link is on its way to it. It is valid for half an hour. Use the newest mail: each makes the ones before it invalid.');
  if (status === 400) return tell(note, 'This is not an e-mail address we can send to.', true);
  if (status === 429) return tell(note, `That was asked for very often from your network. Please try again ${waiting(retryAfter)}.`, true);
  tell(note, 'That did not work. Please try again in a moment.', true);
}
