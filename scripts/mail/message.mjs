// @ts-check
// What a mail that arrived has in its headers: both of RFC 8058, and a signature of the domain that covers them.

/** @typedef {import('./health.mjs').Check} Check */

const UNSUBSCRIBE = ['list-unsubscribe', 'list-unsubscribe-post'];

/** The headers of a message in their order, unfolded. @param {string} source @returns {[name: string, value: string][]} */
function headersOf(source) {
  const [head] = source.replace(/\r\n/g, '\n').split('\n\n', 1);
  return head.replace(/\n[ \t]+/g, ' ').split('\n').flatMap((line) => {
    const [, name, value] = /^([!-9;-~]+):\s*(.*)$/.exec(line) ?? [];
    return name ? [/** @type {[string, string]} */ ([name.toLowerCase(), value])] : [];
  });
}

/** @param {string} source @param {string} domain @returns {Check} */
export function oneClick(source, domain) {
  const headers = headersOf(source);
  const values = (/** @type {string} */ name) => headers.filter(([own]) => own === name).map(([, value]) => value);
  const problems = UNSUBSCRIBE.filter((name) => values(name).length !== 1).map((name) => `the mail has ${values(name).length} headers ${name}, not one.`);
  const [address = '', post = ''] = UNSUBSCRIBE.map((name) => values(name)[0]);
  if (address && !/<https:\/\/[^>]+>/i.test(address)) problems.push('List-Unsubscribe has no https address.');
  if (post && post.trim() !== 'List-Unsubscribe=One-Click') problems.push('List-Unsubscribe-Post says something else than List-Unsubscribe=One-Click.');
  const signed = values('dkim-signature').map(tagsOf).filter(({ d = '' }) => d.toLowerCase() === domain.toLowerCase());
  if (signed.length === 0) problems.push(`no DKIM signature is of ${domain}.`);
  else if (!signed.some(({ h = '' }) => UNSUBSCRIBE.every((name) => h.toLowerCase().split(/\s*:\s*/).includes(name)))) {
    problems.push('the DKIM signature leaves the headers to unsubscribe out, so receivers show no button.');
  }
  return { name: 'Unsubscribe', problems, found: 'both headers are there, and signed' };
}

/** @param {string} value @returns {Record<string, string>} */
function tagsOf(value) {
  return Object.fromEntries(value.split(';').map((tag) => tag.trim().split(/\s*=\s*([^]*)/, 2)).filter(([name]) => name));
}
