// @ts-check
import { byId, tell } from './dom.js';
import { offerSignUp } from './sign-up-request.js';
import { inboxUrl } from './session.js';

byId('open-inbox').href = inboxUrl;
byId('again').addEventListener('click', () => {
  show(false);
  tell(byId('request-note'), 'Perhaps it is among the unwanted mail. A minute after the last one we send another, which makes the ones before it invalid.');
  byId('email').focus();
});

offerSignUp((email) => {
  byId('sent-to').textContent = email;
  show(true);
  byId('done').focus();
});

/** @param {boolean} isSent */
function show(isSent) {
  tell(byId('request-note'), '');
  byId('request').hidden = isSent;
  byId('done').hidden = !isSent;
}
