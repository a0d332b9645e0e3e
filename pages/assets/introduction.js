// @ts-check
// What somebody says of themselves: typed at the sign-up, said with the link that confirms the address. In between
// this browser keeps it, since whoever signs an address up may be another than who reads its mail.

const KEY = 'name-of-sign-up';

/** @param {string} name */
export const keepName = (name) => localStorage.setItem(KEY, name);

/** The name that was typed in this browser, if it was here. */
export const keptName = () => localStorage.getItem(KEY) ?? '';

export const forgetName = () => localStorage.removeItem(KEY);

/** What goes with the link. @param {string} name */
export const introduction = (name) => ({
  ...(name && { display_name: name }),
  locale: navigator.language.slice(0, 2),
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});
