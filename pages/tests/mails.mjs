// @ts-check
// The texts of all mails that have a link, from the migrations.
import { readFileSync, readdirSync } from 'node:fs';

const folder = new URL('../../supabase/migrations/', import.meta.url);
const TEXT = /'(\w+)', '(\w+)', now\(\),[^$]*\$text\$([^$]*)\$text\$,\s*\$html\$([^$]*)\$html\$/g;
const sources = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n');

/** How often the migrations write a link into a mail. */
export const LINKS = sources.split('{{link}}').length - 1;

export const MAILS = [...sources.matchAll(TEXT)]
  .map(([, key, locale, text, html]) => ({ name: `${key}, ${locale}`, text, html }))
  .filter(({ text }) => text.includes('{{link}}'));

/** @param {string} template @param {string} link */
export function filledIn(template, link) {
  return template
    .replace(/\{\{[#^/]\w+\}\}/g, '')
    .replaceAll('{{link}}', link)
    .replace(/\{\{(\w+)\}\}/g, (_, name) => (name.endsWith('_url') ? 'https://app.evenkeel.example' : name));
}
