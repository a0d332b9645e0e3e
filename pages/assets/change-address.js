// @ts-check
import { byId, tell } from './dom.js';
import { Failure, bodyOf } from './failures.js';
import { callAsPerson, person } from './session.js';
import { waiting } from './waiting.js';
import { action } from './work.js';

if (person) {
  byId('text').textContent = `Your account has the address ${person.email}.`;
  action(byId('form'), byId('note'), request, { invalid_request: 'This is not an e-mail address we can send to.' });
}

async function request() {
  const email = byId('email').value.trim();
  if (email.toLowerCase() === person.email) throw new Failure('', 'Your account has this address already.');
  const answer = await callAsPerson('auth-email-change', { email });
  if (answer.status === 429) throw new Failure('', `You have asked often enough for now. Please try again ${waiting(answer.retryAfter)}.`);
  await bodyOf(answer);
  tell(byId('note'), 'Open the link that is on its way to the new address. Until then nothing changes. Your present address is told, too.');
}
