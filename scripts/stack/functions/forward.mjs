// @ts-check
// One request to a function's process, or to a service, and its answer back.
import http from 'node:http';
import { Transform } from 'node:stream';
import { sendJson } from '../web.mjs';

/**
 * @typedef {import('../web.mjs').Incoming} Incoming
 * @typedef {import('../web.mjs').Outgoing} Outgoing
 * @typedef {{ host?: string, port?: number, socketPath?: string, path: string, headers: http.OutgoingHttpHeaders }} Target
 *   `host`: of this machine where it is left out
 * @typedef {{ status: number, body: unknown, headers?: Record<string, string> }} Answer
 */

const WALL_CLOCK_MILLISECONDS = 150_000;
const DISCARDED_BYTES = 8 * 1024 * 1024;
const DISCARDING_MILLISECONDS = 5_000;

const LATE = { status: 504, body: { code: 'IDLE_TIMEOUT', message: 'Request idle timeout limit (150s) reached' } };
const FAILED = { status: 502, body: { code: 'WORKER_ERROR', message: 'Function exited due to an error (please check logs)' } };

/**
 * @param {http.Agent} agent
 * @param {{ failed?: (incoming: Incoming) => Answer, late?: Answer, deadline?: number }} [options]
 *   `failed`: where no answer came; `late`: where none came before the `deadline`, in milliseconds
 */
export function createForwarder(agent, { failed = () => FAILED, late = LATE, deadline = WALL_CLOCK_MILLISECONDS } = {}) {
  /** @param {Incoming} incoming @param {Outgoing} outgoing @param {Target} target */
  return function forward(incoming, outgoing, { host = '127.0.0.1', port, socketPath, path, headers }) {
    const to = socketPath ? { socketPath } : { host, port };
    const request = http.request({ ...to, agent, method: incoming.method, path, headers, timeout: deadline });
    request.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, withoutHopByHop(response.headers));
      response.pipe(outgoing, { end: false });
      response.on('end', () => endAfterSender(incoming, outgoing));
      response.on('error', () => outgoing.destroy());
    });
    request.on('timeout', () => {
      request.destroy();
      if (!outgoing.headersSent) sendJson(outgoing, late.status, late.body, late.headers);
    });
    request.on('error', () => {
      // After the head it says only that the function did not care for the rest of the body. An
      // answer that is cut short is the response's own error.
      if (outgoing.headersSent) return;
      const { status, body, headers } = failed(incoming);
      sendJson(outgoing, status, body, headers);
      endAfterSender(incoming, outgoing);
    });
    outgoing.on('close', () => request.destroy());
    incoming.pipe(afterReading()).pipe(request);
  };
}

/**
 * Lets what has arrived be read before more is written: a function that answers early and closes
 * takes its unread answer along where a write meets the closed end. That makes it rare; what rules
 * it out is a function that reads on.
 */
function afterReading() {
  return new Transform({ transform: (chunk, _, done) => void setImmediate(done, null, chunk) });
}

/**
 * Many a sender reads its answer only when it has written everything, so it may: ending the answer
 * could close the connection under it. A sender without end is cut off.
 * @param {Incoming} incoming @param {Outgoing} outgoing
 */
function endAfterSender(incoming, outgoing) {
  if (incoming.readableEnded) return void outgoing.end();
  let left = DISCARDED_BYTES;
  const cutOff = () => outgoing.end(() => incoming.socket.destroy());
  const timer = setTimeout(cutOff, DISCARDING_MILLISECONDS);
  incoming.socket.once('close', () => clearTimeout(timer));
  incoming.on('data', (chunk) => {
    left -= chunk.length;
    if (left < 0) cutOff();
  });
  incoming.on('end', () => {
    clearTimeout(timer);
    outgoing.end();
  });
  incoming.unpipe();
  incoming.resume();
}

/** @param {http.IncomingHttpHeaders} headers @returns {http.OutgoingHttpHeaders} */
export function withoutHopByHop(headers) {
  const { connection, 'keep-alive': _, te, upgrade, 'proxy-connection': __, ...rest } = headers;
  return rest;
}
