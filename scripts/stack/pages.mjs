// @ts-check
// Serves pages/: plain files, one policy, nothing from elsewhere. A page is a title and a main part, put into layout.html,
// and a script of the same name. What several pages have is a file beside it.
import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pagePath } from '../../pages/assets/token.js';
import { operationsOf, readDocument } from './reference/operations.mjs';
import { referencePage } from './reference/page.mjs';
import { projectRoot } from './settings.mjs';
import { sendJson } from './web.mjs';

const folder = path.join(projectRoot, 'pages');

/** By path; the one of '/' is home. */
export const PAGES = [
  'home', 'sign-up', 'complete-sign-up', 'sign-in', 'confirm-email', 'forgot-password', 'reset-password', 'sessions', 'preferences',
  'company', 'accept-invitation', 'change-address', 'confirm-new-address', 'keep-address', 'documents', 'review', 'docs/functions',
];
/** What several pages have. */
const SHARED = ['password-field', 'terms', 'link-request'];
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
/** @param {string} [images] */
const policy = (images = "'self'") =>
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src ${images}; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
const HEADERS = {
  'content-security-policy': policy(),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
};

/** The viewer's style sheet has its arrows as images within itself. */
const VIEWER_HEADERS = { ...HEADERS, 'content-security-policy': policy("'self' data:") };

/**
 * @param {{ origin: string, publicConfig: () => unknown, status: () => Promise<unknown>,
 *   catalogue: () => Promise<import('./reference/catalogue.mjs').SqlFunction[]> }} options
 */
export function createPages({ origin, publicConfig, status, catalogue }) {
  /** @param {import('./web.mjs').Incoming} incoming @param {import('./web.mjs').Outgoing} outgoing */
  async function handle(incoming, outgoing) {
    const [pathname] = (incoming.url ?? '/').split('?');
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
      return sendJson(outgoing, 405, { message: 'Method Not Allowed' }, { allow: 'GET, HEAD' });
    }
    if (pathname === '/stack/config.json') return sendJson(outgoing, 200, publicConfig(), HEADERS);
    if (pathname === '/stack/status.json') return sendJson(outgoing, 200, await status(), HEADERS);
    const place = pagePath(pathname);
    const page = place === '/' ? 'home' : PAGES.slice(1).find((name) => place === `/${name}`);
    const file = assetFor(pathname);
    // One name for one site: a session kept for 127.0.0.1 would be missing under localhost.
    if (incoming.headers.host?.toLowerCase().startsWith('localhost:')) {
      outgoing.writeHead(307, { location: origin + incoming.url });
      return outgoing.end();
    }
    const headOnly = incoming.method === 'HEAD';
    if (place === '/docs/openapi.json') return sendJson(outgoing, 200, await readDocument(origin), HEADERS);
    if (place === '/docs') return sendText(outgoing, await referenceText(), 200, headOnly);
    if (page) return sendText(outgoing, await pageText(page), 200, headOnly, page === 'docs/functions' ? VIEWER_HEADERS : HEADERS);
    if (file) return sendFile(outgoing, file, headOnly);
    if (!incoming.headers.accept?.includes('text/html')) return sendJson(outgoing, 404, { message: 'Not Found' });
    await sendText(outgoing, await pageText('not-found'), 404, headOnly);
  }

  async function referenceText() {
    const functions = await catalogue().catch(() => null);
    const main = referencePage({ origin, operations: operationsOf(await readDocument(origin)), functions });
    return fill(await part('layout'), { title: await part('docs'), main, name: 'docs', 'no-script-style': '', 'no-script': '' });
  }

  return { handle };
}

/** @param {string} pathname */
function assetFor(pathname) {
  const library = LIBRARIES.get(pathname);
  if (library) return path.join(projectRoot, 'node_modules', library);
  const asset = /^\/assets\/([a-z][a-z0-9-]*\.(?:js|css|svg))$/.exec(pathname)?.[1];
  const file = asset && path.join(folder, 'assets', asset);
  return file && existsSync(file) ? file : null;
}

/** @param {import('./web.mjs').Outgoing} outgoing @param {string} text @param {number} status @param {boolean} headOnly @param {Record<string, string>} [headers] */
function sendText(outgoing, text, status, headOnly, headers = HEADERS) {
  outgoing.writeHead(status, { ...headers, 'content-type': 'text/html; charset=utf-8', 'content-length': Buffer.byteLength(text) });
  outgoing.end(headOnly ? undefined : text);
}

/** @param {string} name of a file in pages/ */
const part = async (name) => (await readFile(path.join(folder, `${name}.html`), 'utf8')).trimEnd();

/** The first line of a page's file is its title, and what else it has in its head. @param {string} name its path */
async function pageText(name) {
  const file = name.replace('/', '-');
  const [layout, page, noScript, ...shared] = await Promise.all(['layout', file, 'no-script', ...SHARED].map(part));
  const [title, main] = headAndBody(page);
  const [style, words] = headAndBody(noScript);
  const parts = Object.fromEntries(SHARED.map((one, i) => [one, shared[i]]));
  return fill(layout, { title, main, name: file, ...parts, 'no-script-style': style, 'no-script': words });
}

/** @param {string} text */
function headAndBody(text) {
  const end = text.indexOf('\n');
  return [text.slice(0, end), text.slice(end + 1)];
}

/** Puts in the parts that are named, and those that they name. @param {string} text @param {Record<string, string>} parts @returns {string} */
function fill(text, parts) {
  return text.replace(/\{\{([\w-]+)\}\}/g, (all, name) => (name in parts ? fill(parts[name], parts) : all));
}

/** @param {import('./web.mjs').Outgoing} outgoing @param {string} file @param {boolean} headOnly */
function sendFile(outgoing, file, headOnly) {
  outgoing.writeHead(200, { ...HEADERS, 'content-type': TYPES.get(path.extname(file)) ?? 'application/octet-stream' });
  if (headOnly) return outgoing.end();
  createReadStream(file).on('error', () => outgoing.destroy()).pipe(outgoing);
}
