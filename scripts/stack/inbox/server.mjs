// @ts-check
// The inbox: Resend's API for the functions, and pages for whoever reads what they sent. Nothing leaves this machine.
import http from 'node:http';
import { guard } from '../gate.mjs';
import { busy } from '../ports.mjs';
import { sendJson } from '../web.mjs';
import { Mailbox } from './mailbox.mjs';
import { Refusal } from './posting.mjs';
import { createReading } from './reading.mjs';
import { createResend } from './resend.mjs';
import { tellOfMails } from './webhooks.mjs';

/**
 * @param {{ port: number, home: string, folder: string, webhook?: { url: string, secret: string }, mailbox?: Mailbox }} options
 *   `home`: where the product's pages are; `folder`: where the mails are kept; `webhook`: who is told what became of them
 */
export async function startInbox({ port, home, folder, webhook, mailbox = new Mailbox(folder) }) {
  const resend = createResend(mailbox);
  const reading = createReading(mailbox, home);
  const server = http.createServer((incoming, outgoing) => {
    route(incoming, outgoing).catch((error) => fail(outgoing, error));
  });
  const bound = await new Promise((resolve, reject) => {
    server.once('error', () => reject(busy(port, 'the inbox')));
    server.listen(port, '127.0.0.1', () => {
      const address = /** @type {import('node:net').AddressInfo} */ (server.address());
      guard(server, { port: address.port });
      resolve(address.port);
    });
  });

  const stopTelling = webhook ? tellOfMails(mailbox, webhook) : () => {};

  /** @param {http.IncomingMessage} incoming @param {http.ServerResponse} outgoing */
  async function route(incoming, outgoing) {
    const url = `${home}${incoming.url}`;
    if (!URL.canParse(url)) return sendJson(outgoing, 400, { message: 'Bad Request' });
    const { pathname } = new URL(url);
    await (/^\/emails(?:\/|$)/.test(pathname) ? resend : reading)(incoming, outgoing, new URL(url));
  }

  return {
    port: bound,
    close: async () => {
      stopTelling();
      server.close();
      server.closeAllConnections();
      mailbox.close();
    },
  };
}

/** @param {import('node:http').ServerResponse} outgoing @param {unknown} error */
function fail(outgoing, error) {
  if (error instanceof Refusal) return sendJson(outgoing, error.status, error.body, error.headers);
  // A caller that hung up is nobody's failure.
  if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ECONNRESET') return;
  console.error(error);
  if (outgoing.headersSent) outgoing.destroy();
  else sendJson(outgoing, 500, new Refusal(500, 'application_error', 'The local inbox failed; see its log.').body);
}
