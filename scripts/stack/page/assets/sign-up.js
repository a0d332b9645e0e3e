// @ts-check
import { byId, onSubmit, tell } from './dom.js';
import { normalise } from './password-rules.js';
import { client, inboxUrl } from './session.js';

byId('open-inbox').href = inboxUrl;
onSubmit(byId('form'), async () => {
  const email = byId('email').value.trim();
  const { error } = await client.auth.signUp({
    email,
    password: normalise(byId('password').value),
    options: {
      data: {
        display_name: byId('name').value.trim(),
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
