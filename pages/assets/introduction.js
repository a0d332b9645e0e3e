// @ts-check
// What somebody says of themselves behind a link: what came with a sign-up, somebody else may have said.

/** What goes with the link. @param {string} name */
export const introduction = (name) => ({
  ...(name && { display_name: name }),
  ...language(),
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});

/** The browser's language, unless it is set to what is none, such as en-US@posix. @returns {Record<string, string>} */
export function language() {
  try {
    return { locale: Intl.getCanonicalLocales(navigator.language)[0] };
  } catch {
    return {};
  }
}
