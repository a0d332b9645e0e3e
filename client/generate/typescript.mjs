// @ts-check
// Parts of TypeScript's source text.

/** @param {string} name */
export const key = (name) => (/^[a-z_$][\w$]*$/i.test(name) ? name : `'${name}'`);

/** @param {string} name `company_role` to `CompanyRole` */
export const pascal = (name) => name.replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());

/** @param {readonly string[]} words */
const quoted = (words) => [...new Set(words)].map((word) => `'${word.replaceAll("'", "\\'")}'`);

/** @param {readonly string[]} words */
export const union = (words) => quoted(words).join(' | ') || 'never';

/** The same behind a colon: a long one in lines of its own. @param {readonly string[]} words @param {string} indent */
export function unionIn(words, indent) {
  if (union(words).length <= 100) return ` ${union(words)}`;
  const lines = quoted(words).reduce((/** @type {string[]} */ all, word) => {
    const last = all.at(-1);
    return last === undefined || last.length > 100 ? [...all, `| ${word}`] : [...all.slice(0, -1), `${last} | ${word}`];
  }, []);
  return `\n${lines.map((line) => indent + line).join('\n')}`;
}

/** A TSDoc comment before what it is about, or nothing. @param {string | null | undefined} text @param {string} indent */
export function comment(text, indent) {
  if (!text) return '';
  const words = text.replaceAll('*/', '*\\/').split('\n');
  return words.length === 1 ? `${indent}/** ${words[0]} */\n` : `${indent}/**\n${words.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}
