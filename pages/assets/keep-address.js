// @ts-check
import { offerLink } from './address-link.js';

offerLink({
  route: 'cancel',
  before: ['Keep your address?', 'Your account keeps this address, or has it again if it was changed. Every session ends, wherever it is open.'],
  outcomes: {
    kept: ['Your account keeps this address', 'The change is off, and every session has ended. If you did not ask for it, choose a new password: somebody was signed in to your account.', true],
    moved_back: ['Your account has this address again', 'Every session has ended, and the password no longer works. Choose a new one.', true],
    conflict: ['This address has another account by now', 'It cannot be given back. Please write to us.'],
    token_used: ['This link has been used', 'The change it was about is off.'],
    token_expired: ['This link has expired', 'A change can be taken back for a day. Please write to us.'],
    token_exhausted: ['This link no longer works', 'It has been tried too often. Use the link of another mail.'],
    token_superseded: ['This link no longer works', 'The account has moved on since. Use the newest mail.'],
    token_invalid: ['This link is not valid', 'Perhaps it was cut off. Open it from the mail again.'],
  },
});
