// @ts-check
// Resend's API with an inbox page, from Vercel's emulate. It keeps mails in memory.
import http from 'node:http';
import net from 'node:net';
import { createEmulator } from 'emulate';
import { guard } from './gate.mjs';

/** @param {number} port */
export async function startInbox(port) {
  // It listens on every interface, answers to every name, lets every origin read, and has no option for
  // any of these; links that reset passwords are in those mails.
  const { listen } = net.Server.prototype;
  net.Server.prototype.listen = /** @type {any} */ (
    function (/** @type {any[]} */ ...args) {
      if (typeof args[0] === 'number' && args[1] === undefined) args[1] = '127.0.0.1';
      if (this instanceof http.Server && args[0] === port) guard(this, { port });
      return Reflect.apply(listen, this, args);
    }
  );
  try {
    return await createEmulator({ service: 'resend', port, baseUrl: `http://127.0.0.1:${port}` });
  } finally {
    net.Server.prototype.listen = listen;
  }
}
