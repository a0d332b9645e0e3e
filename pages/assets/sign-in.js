// @ts-check
import { byId, onSubmit, tell } from './dom.js';
import { normalise } from './password-rules.js';
import { client } from './session.js';

onSubmit(byId('form'), async () => {
  const { error } = await client.auth.signInWithPassword({ email: byId('email').value.trim(), password: normalise(byId('password').value) });
  byId('unconfirmed').hidden = error?.code !== 'email_not_confirmed';
  // A wrong password and too many tries are one answer, or whoever guesses would learn which addresses have an account.
  byId('refused').hidden = error?.code !== 'invalid_credentials';
  if (!error) return location.assign('/');
  tell(byId('note'), error.code === 'invalid_credentials' ? 'Address or password is wrong, or it was tried too often.' : error.message, true);
});
