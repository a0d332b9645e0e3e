// @ts-check
import { byId, onSubmit, tell } from './dom.js';
import { client } from './session.js';

onSubmit(byId('form'), async () => {
  const { error } = await client.auth.signInWithPassword({ email: byId('email').value.trim(), password: byId('password').value });
  byId('unconfirmed').hidden = error?.code !== 'email_not_confirmed';
  if (!error) return location.assign('/');
  tell(byId('note'), error.code === 'invalid_credentials' ? 'Address or password is wrong.' : error.message, true);
});
