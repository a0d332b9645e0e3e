// @ts-check
import { offerLink } from './address-link.js';

offerLink({
  route: 'confirm',
  before: ['Confirm your new address', 'Your account then has this address. You are signed out everywhere, and sign in with it and the password you have.'],
  outcomes: {
    changed: ['Your account has this address now', 'Sign in with it and the password you have. The old address can take it back for a day.', true],
    already_changed: ['This link has been used', 'Your account has this address. Sign in with it and the password you have.', true],
    conflict: ['This address has an account already', 'Sign in to that one with it, or choose another address for this account.', true],
    token_expired: ['This link has expired', 'Links are valid for a day. Sign in with your old address, and ask for another one.', true],
    token_exhausted: ['This link no longer works', 'It has been tried too often. Sign in with your old address, and ask for another one.', true],
    token_superseded: ['This link no longer works', 'The change was taken back, or another was asked for since. Use the newest mail.'],
    token_invalid: ['This link is not valid', 'Perhaps it was cut off. Open it from the mail again.'],
  },
});
