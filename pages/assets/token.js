// @ts-check
// The token in an address, whatever a mail program, a proxy or a hand made of the link: docs/decisions/links-survive-mail-programs.md

const CHARACTERS = 64;

/** @param {string} address @returns {string | null} */
export function tokenIn(address) {
  const [, value = ''] = /(?<![\w-])token=([^&#?]*)/i.exec(plain(address)) ?? [];
  // As `core::token` reads it; and "=" is "=3D" in the source of a mail.
  return value.replace(/[^\w-]/g, '').replace(/^3D(?=.{64,65}$)/, '').slice(0, CHARACTERS) || null;
}

/** The path of a page without what belonged behind it. @param {string} path */
export function pagePath(path) {
  return `/${plain(path).split(/[#?&]/)[0].replace(/^\/+|\/+$/g, '').toLowerCase()}`;
}

/** Without percent signs, of which a program that rewrites links may have made more. @param {string} text @returns {string} */
function plain(text) {
  const once = text.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return once === text ? text : plain(once);
}
