// @ts-check
import { byId } from './dom.js';
import { answerOf } from './failures.js';
import { keepName } from './introduction.js';
import { normalise } from './password-rules.js';
import { client, inboxUrl } from './session.js';
import { action } from './work.js';

const REFUSALS = {
  weak_password: 'Please choose another password: longer, and not one that others use.',
  validation_failed: 'This is not an address we can send to.',
  email_address_invalid: 'This is not an address we can send to.',
  over_email_send_rate_limit: 'A mail went to this address a moment ago. Please look for it, or try again in a minute.',
  signup_disabled: 'Nobody can sign up at present.',
};

byId('open-inbox').href = inboxUrl;
action(byId('form'), byId('note'), async () => {
  const email = byId('email').value.trim();
  // Auth is told no name: it would keep what the first one said, whoever confirms. The page behind the link asks.
  keepName(byId('name').value.trim());
  await answerOf(client.auth.signUp({
    email,
    password: normalise(byId('password').value),
    options: {
      data: {
        locale: navigator.language.slice(0, 2),
        time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      },
    },
  }));
  byId('sent-to').textContent = email;
  byId('form').hidden = true;
  byId('done').hidden = false;
  byId('done').focus();
}, REFUSALS);
