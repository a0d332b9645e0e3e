// @ts-check
// The stack's own pages: plain files, one policy, nothing from elsewhere.
import { createReadStream, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { projectRoot } from './settings.mjs';
import { sendJson } from './web.mjs';

const folder = fileURLToPath(new URL('page/', import.meta.url));
const PAGES = new Map([
  ['/', 'index.html'],
  ['/sign-up', 'sign-up.html'],
  ['/sign-in', 'sign-in.html'],
  ['/confirm-email', 'confirm-email.html'],
  ['/forgot-password', 'forgot-password.html'],
  ['/reset-password', 'reset-password.html'],
  ['/sessions', 'sessions.html'],
  ['/preferences', 'preferences.html'],
]);
const TYPES = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
]);
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
};

/** @param {{ origin: string, publicConfig: () => unknown, status: () => Promise<unknown> }} options */
export function createPages({ origin, publicConfig, status }) {
  /** @param {import('./web.mjs').Incoming} incoming @param {import('./web.mjs').Outgoing} outgoing */
  async function handle(incoming, outgoing) {
    const { pathname } = new URL(incoming.url ?? '/', 'http://page');
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
      return sendJson(outgoing, 405, { message: 'Method Not Allowed' }, { allow: 'GET, HEAD' });
    }
    if (pathname === '/stack/config.json') return sendJson(outgoing, 200, publicConfig(), HEADERS);
    if (pathname === '/stack/status.json') return sendJson(outgoing, 200, await status(), HEADERS);
    const file = fileFor(pathname);
    // One name for one site: a session kept for 127.0.0.1 would be missing under localhost.
    if (incoming.headers.host?.startsWith('localhost:')) {
      outgoing.writeHead(307, { location: origin + incoming.url });
      return outgoing.end();
    }
    if (file) return sendFile(outgoing, file, 200, incoming.method === 'HEAD');
    if (!incoming.headers.accept?.includes('text/html')) return sendJson(outgoing, 404, { message: 'Not Found' });
    sendFile(outgoing, path.join(folder, 'not-found.html'), 404, incoming.method === 'HEAD');
  }
  return { handle };
}

/** @param {string} pathname */
function fileFor(pathname) {
  const page = PAGES.get(pathname);
  if (page) return path.join(folder, page);
  if (pathname === '/assets/supabase.js') {
    return path.join(projectRoot, 'node_modules/@supabase/supabase-js/dist/umd/supabase.js');
  }
  const asset = /^\/assets\/([a-z][a-z0-9-]*\.(?:js|css|svg))$/.exec(pathname)?.[1];
  const file = asset && path.join(folder, 'assets', asset);
  return file && existsSync(file) ? file : null;
}

/** @param {import('./web.mjs').Outgoing} outgoing @param {string} file @param {number} status @param {boolean} headOnly */
function sendFile(outgoing, file, status, headOnly) {
  outgoing.writeHead(status, { ...HEADERS, 'content-type': TYPES.get(path.extname(file)) ?? 'application/octet-stream' });
  if (headOnly) return outgoing.end();
  createReadStream(file).on('error', () => outgoing.destroy()).pipe(outgoing);
}
