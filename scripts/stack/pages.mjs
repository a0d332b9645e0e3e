// @ts-check
// Serves the pages of the product, and what they read of the stack. Those of the inbox are its own (inbox/).
import { pagePath } from '../../pages/assets/token.js';
import { HEADERS, assetFor, fill, pageText, part, policy, sendFile, sendText } from './page-files.mjs';
import { operationsOf, readDocument } from './reference/operations.mjs';
import { referencePage } from './reference/page.mjs';
import { sendJson } from './web.mjs';

/** By path; the one of '/' is home. */
export const PAGES = [
  'home', 'sign-up', 'complete-sign-up', 'sign-in', 'confirm-email', 'forgot-password', 'reset-password', 'sessions', 'find', 'practice', 'devices', 'preferences', 'privacy', 'calendar',
  'company', 'accept-invitation', 'change-address', 'confirm-new-address', 'keep-address', 'unsubscribe', 'documents', 'review', 'mails', 'mail-log', 'audit', 'packages', 'figures', 'flags', 'docs/functions',
];

/** What single pages need beside that. The viewer's style sheet has its arrows as images within itself, and Auth answers with the image of
 * a second factor; a mail has its styles within itself, and is shown in a frame that inherits the policy and may do nothing.
 * @type {Record<string, Record<string, string>>} */
const OWN_HEADERS = {
  devices: { ...HEADERS, 'content-security-policy': policy({ images: "'self' data:" }) },
  'docs/functions': { ...HEADERS, 'content-security-policy': policy({ images: "'self' data:" }) },
  mails: { ...HEADERS, 'content-security-policy': policy({ styles: "'self' 'unsafe-inline'" }) },
};

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
    if (page) return sendText(outgoing, await pageText(page), 200, headOnly, OWN_HEADERS[page] ?? HEADERS);
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
