// @ts-check
// What is in pages/, as it is sent: plain files, one policy, nothing from elsewhere. A page is a title and a main part, put
// into a layout, and a script of the same name. What several pages have is a file beside it.
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from './settings.mjs';

const folder = path.join(projectRoot, 'pages');

/** What several pages have. */
const SHARED = ['password-field', 'terms', 'link-request', 'for-admins', 'company-search', 'cancellation', 'notes', 'shared-notes', 'recordings'];
/** What pages take from packages, as it is published. */
const LIBRARIES = new Map([
  ['/assets/supabase.js', '@supabase/supabase-js/dist/umd/supabase.js'],
  ['/assets/papaparse.js', 'papaparse/papaparse.min.js'],
  ['/assets/swagger-ui.js', 'swagger-ui-dist/swagger-ui-bundle.js'],
  ['/assets/swagger-ui.css', 'swagger-ui-dist/swagger-ui.css'],
]);
const TYPES = new Map([
  ['.css', 'text/css; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
]);

/** @param {{ images?: string, frames?: string, styles?: string }} [more] than a page needs by itself */
export const policy = ({ images = "'self'", frames = "'none'", styles = "'self'" } = {}) =>
  `default-src 'none'; script-src 'self'; style-src ${styles}; img-src ${images}; connect-src 'self'; frame-src ${frames}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
export const HEADERS = {
  'content-security-policy': policy(),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
};

/** @param {string} pathname */
export function assetFor(pathname) {
  const library = LIBRARIES.get(pathname);
  if (library) return path.join(projectRoot, 'node_modules', library);
  const asset = /^\/assets\/([a-z][a-z0-9-]*\.(?:js|css|svg))$/.exec(pathname)?.[1];
  const file = asset && path.join(folder, 'assets', asset);
  return file && existsSync(file) ? file : null;
}

/** @param {import('./web.mjs').Outgoing} outgoing @param {string} text @param {number} status @param {boolean} headOnly @param {Record<string, string>} [headers] */
export function sendText(outgoing, text, status, headOnly, headers = HEADERS) {
  outgoing.writeHead(status, { ...headers, 'content-type': 'text/html; charset=utf-8', 'content-length': Buffer.byteLength(text) });
  outgoing.end(headOnly ? undefined : text);
}

/** @param {string} name of a file in pages/ */
export const part = async (name) => (await readFile(path.join(folder, `${name}.html`), 'utf8')).trimEnd();

/**
 * The first line of a page's file is its title, and what else it has in its head.
 * @param {string} name its path @param {{ layout?: string, more?: Record<string, string> }} [options] `more`: parts besides
 */
export async function pageText(name, { layout = 'layout', more = {} } = {}) {
  const file = name.replace('/', '-');
  const [frame, page, noScript, ...shared] = await Promise.all([layout, file, 'no-script', ...SHARED].map(part));
  const [title, main] = headAndBody(page);
  const [style, words] = headAndBody(noScript);
  const parts = Object.fromEntries(SHARED.map((one, i) => [one, shared[i]]));
  return fill(frame, { title, main, name: file, ...parts, ...more, 'no-script-style': style, 'no-script': words });
}

/** @param {string} text */
function headAndBody(text) {
  const end = text.indexOf('\n');
  return [text.slice(0, end), text.slice(end + 1)];
}

/** Puts in the parts that are named, and those that they name. @param {string} text @param {Record<string, string>} parts @returns {string} */
export function fill(text, parts) {
  return text.replace(/\{\{([\w-]+)\}\}/g, (all, name) => (name in parts ? fill(parts[name], parts) : all));
}

/** @param {import('./web.mjs').Outgoing} outgoing @param {string} file @param {boolean} headOnly */
export function sendFile(outgoing, file, headOnly) {
  outgoing.writeHead(200, { ...HEADERS, 'content-type': TYPES.get(path.extname(file)) ?? 'application/octet-stream' });
  if (headOnly) return outgoing.end();
  createReadStream(file).on('error', () => outgoing.destroy()).pipe(outgoing);
}
