// @ts-check
// What mails are called on the pages of platform admins.

/** By category. */
export const CATEGORIES = { security: 'Security', account: 'Account', booking: 'Bookings', reminder: 'Reminders', agenda: 'Sessions of the day' };

/** @param {string} key of a kind of mail */
export function nameOf(key) {
  return key.replaceAll('_', ' ');
}
