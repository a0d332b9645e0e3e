// @ts-check
// Why an invitation cannot be accepted, by code.

const ASK = 'Ask whoever invited you for a new one.';

/** @type {Record<string, [title: string, text: string]>} */
export const FAILURES = {
  token_expired: ['This invitation has expired', `It was valid for a few days. ${ASK}`],
  invitation_revoked: ['This invitation was taken back', 'Your employer has revoked it. Was that a mistake? Then ask for a new one.'],
  token_used: ['This invitation has been accepted', 'It works once. If it was you, sign in.'],
  token_superseded: ['There is a newer invitation', 'Use the link in the newest mail.'],
  token_exhausted: ['This link no longer works', `It has been tried too often. ${ASK}`],
  token_invalid: ['This link is not valid', 'Perhaps it was cut off. Open it from the mail again, or ask whoever invited you for a new one.'],
  company_suspended: ['Nobody can join at present', 'The company is suspended here. The link works again when that is over, if it has not expired by then.'],
  seat_limit: ['There is no seat left', 'The company has no room for another member any more. Tell whoever invited you; the link works again once there is a seat.'],
};
