// @ts-check
import { offerLink } from './link-request.js';

export const offerReset = () =>
  offerLink(
    'auth-password-reset-request',
    'If there is an account with this address, a link is on its way to it. It is valid for half an hour. Use the newest mail: each makes the ones before it invalid.',
  );
