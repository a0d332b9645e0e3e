// @ts-check
// What programs that show mail as text take for its links.
import { Autolinker } from 'autolinker';
import { LinkifyIt } from 'linkify-it';
import { find } from 'linkifyjs';

const linkifyIt = new LinkifyIt();

/** @type {Record<string, (text: string) => string[]>} */
export const LINKIFIERS = {
  'linkify-it': (text) => (linkifyIt.match(text) ?? []).map((match) => match.url),
  linkifyjs: (text) => find(text, 'url').map((match) => match.href),
  autolinker: (text) => Autolinker.parse(text, { urls: true, email: false }).map((match) => match.getAnchorHref()),
  Thunderbird: thunderbird,
};

/**
 * By the rule of mozTXTToHTMLConv for addresses in running text: between "<" and ">" or quotes, everything; else up to a
 * space, a bracket that the address has not opened, or one of `"{}|, without the punctuation at its end, a hyphen too.
 * @param {string} text
 */
function thunderbird(text) {
  return [...text.matchAll(/\bhttps?:\/\//g)].map(({ index }) => {
    const rest = text.slice(index);
    const before = text[index - 1];
    const enclosed = before === '<' ? /^[^<>"]+(?=>)/.exec(rest) : before === '"' ? /^[^<>"]+(?=")/.exec(rest) : null;
    if (enclosed) return enclosed[0].replace(/\s+/g, '');
    let end = 0;
    for (let opened = ''; end < rest.length && !/[\s<>"`{}|]/.test(rest[end]); end += 1) {
      if ((rest[end] === ')' && !opened.includes('(')) || (rest[end] === ']' && !opened.includes('['))) break;
      opened += rest[end];
    }
    return rest.slice(0, end).replace(/[.,;!?:'-]+$/, '');
  });
}
