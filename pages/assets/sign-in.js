// @ts-check
// Signing in: the password, and then a code of the authenticator app, where the person has one.
import { byId } from './dom.js';
import { answerOf } from './failures.js';
import { normalise } from './password-rules.js';
import { showCode } from './second-factor.js';
import { awaitsCode, client, lacksSecondFactor, signOut } from './session.js';
import { action } from './work.js';

/** A wrong password and too many tries are one answer, or whoever guesses would learn which addresses have an account. */
export const REFUSALS = {
  invalid_credentials: 'Address or password is wrong, or it was tried too often.',
  email_not_confirmed: 'This address is not confirmed yet.',
  user_banned: 'This account is closed. Please ask us.',
  validation_failed: 'Please look at the address again.',
};

action(byId('form'), byId('note'), async () => {
  const asked = client.auth.signInWithPassword({ email: byId('email').value.trim(), password: normalise(byId('password').value) });
  const code = (await asked).error?.code;
  byId('unconfirmed').hidden = code !== 'email_not_confirmed';
  byId('refused').hidden = code !== 'invalid_credentials';
  await answerOf(asked);
  if (await lacksSecondFactor()) askForCode();
  else location.assign('/');
}, REFUSALS);

action(byId('code-form'), byId('code-note'), async () => {
  const factors = await answerOf(client.auth.mfa.listFactors());
  await showCode(factors.totp, byId('code').value);
  location.assign('/');
});
action(byId('somebody-else'), byId('code-note'), async () => {
  await signOut();
  location.reload();
});
if (awaitsCode) askForCode();

function askForCode() {
  byId('first').hidden = true;
  byId('second').hidden = false;
  byId('code').focus();
}
