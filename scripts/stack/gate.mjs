// @ts-check
// Who may speak to a port of this stack. It listens on loopback only, but so does every website that a browser on
// this machine has open: by a name of its own that it lets point to 127.0.0.1 (then Host is that name), or across
// origins (then the browser adds Origin or Sec-Fetch-Site, and no page can take them away).
// Also imported by functions/, where Deno runs it: nothing of Node here.

/**
 * @typedef {(name: string) => string | null | undefined} HeaderOf
 * @typedef {{ status: number, message: string }} Refusal
 * @typedef {{ port: number, isShared?: (pathname: string) => boolean, origins?: string[] }} Policy
 *   `isShared`: what a frontend on this machine may call from an origin of its own, and from `origins`
 */

const NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Whether a Host header names this port by a name of loopback. @param {string | null | undefined} host @param {number} port */
export function isOwnHost(host, port) {
  return NAMES.some((name) => host === `${name}:${port}`);
}

/** @param {Policy} policy @param {string} method @param {string} pathname @param {HeaderOf} header @returns {Refusal | null} */
export function refusal({ port, isShared = () => false, origins = [] }, method, pathname, header) {
  const host = header('host')?.toLowerCase();
  if (!isOwnHost(host, port)) {
    return { status: 421, message: `This is http://127.0.0.1:${port}, and known by no other name.` };
  }
  const shared = isShared(pathname);
  const origin = header('origin');
  if (origin && origin !== `http://${host}` && !(shared && (isLocal(origin) || origins.includes(origin)))) {
    return { status: 403, message: `A page of ${printable(origin)} has no business here. Is it yours? Start the stack with --site, or name it in ALLOWED_ORIGINS.` };
  }
  // An image or a script of elsewhere comes without Origin. Nobody can read one, but nobody needs one either.
  if (!shared && header('sec-fetch-site') === 'cross-site' && !isLink(method, header)) {
    return { status: 403, message: 'Other sites may link here, and no more.' };
  }
  return null;
}

/** An origin of this machine: names below `localhost` never leave it. @param {string} origin */
function isLocal(origin) {
  const name = /^[a-z][a-z0-9+.-]*:\/\/(\[[^\]]*\]|[^:/]+)(?::\d+)?$/.exec(origin)?.[1] ?? '';
  return NAMES.includes(name) || name.endsWith('.localhost');
}

/** Somebody followed a link: the page that had it learns nothing. @param {string} method @param {HeaderOf} header */
function isLink(method, header) {
  return method === 'GET' && header('sec-fetch-mode') === 'navigate' && header('sec-fetch-dest') === 'document';
}

/** @param {string} text */
function printable(text) {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, 100);
}

/**
 * Stands before everything that a server of Node answers.
 * @param {import('node:http').Server} server @param {Policy} policy
 */
export function guard(server, policy) {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (incoming, outgoing) => {
    const pathname = (incoming.url ?? '/').split('?')[0];
    const header = (/** @type {string} */ name) => /** @type {string | undefined} */ (incoming.headers[name]);
    const refused = refusal(policy, incoming.method ?? '', pathname, header);
    if (refused) return refuse(outgoing, refused);
    for (const listener of listeners) listener.call(server, incoming, outgoing);
  });
}

/** @param {import('node:http').ServerResponse} outgoing @param {Refusal} refused */
function refuse(outgoing, { status, message }) {
  outgoing.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  outgoing.end(JSON.stringify({ message }));
}
