// @ts-check
import { byId, onSubmit, tell } from './dom.js';
import { callAsPerson, person } from './session.js';
import { waiting } from './waiting.js';

if (person) {
  byId('text').textContent = `Your account has the address ${person.email}.`;
  onSubmit(byId('form'), request);
}

async function request() {
  const email = byId('email').value.trim();
  if (email.toLowerCase() === person.email) return say('Your account has this address already.', true);
  const { status, retryAfter } = await callAsPerson('auth-email-change', { email });
  if (status === 202) return say('Open the link that is on its way to the new address. Until then nothing changes. Your present address is told, too.');
  if (status === 400) return say('This is not an e-mail address we can send to.', true);
  if (status === 401) return say('Please sign in again first.', true);
  if (status === 429) return say(`You have asked often enough for now. Please try again ${waiting(retryAfter)}.`, true);
  say('That did not work. Please try again in a moment.', true);
}

/** @param {string} text @param {boolean} [bad] */
const say = (text, bad) => tell(byId('note'), text, bad);
