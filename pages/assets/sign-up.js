// @ts-check
import { byId, onSubmit, tell } from './dom.js';
import { normalise } from './password-rules.js';
import { keepName } from './introduction.js';
import { client, inboxUrl } from './session.js';

byId('open-inbox').href = inboxUrl;
onSubmit(byId('form'), async () => {
  const email = byId('email').value.trim();
  // Auth is told no name: it would keep what the first one said, whoever confirms. The page behind the link asks.
  keepName(byId('name').value.trim());
  const { error } = await client.auth.signUp({
    email,
    password: normalise(byId('password').value),
    options: {
      data: {
        locale: navigator.language.slice(0, 2),
        time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      },
    },
  });
  if (error) return tell(byId('note'), error.message, true);
  tell(byId('note'), '');
  byId('sent-to').textContent = email;
  byId('form').hidden = true;
  byId('done').hidden = false;
  byId('done').focus();
});
