// @ts-check
// The gateway's way to the process of Data API, Auth and Storage, and what it answers while that cannot.
import http from 'node:http';
import { text } from 'node:stream/consumers';
import { createForwarder, withoutHopByHop } from './functions/forward.mjs';
import { SERVICES_SOCKET } from './settings.mjs';

/** Kong's read_timeout, which the hosted gateway leaves as it is. */
const DEADLINE = 60_000;
const REPORT_WITHIN = 2_000;
/** Seconds after which to ask again: as long as a start of PostgreSQL takes. */
const RETRY_AFTER = '1';

/** What the gateway asks the database for, through the services. */
export const REPORT_PATH = '/stack/database';
export const CATALOGUE_PATH = '/stack/catalogue';

const LATE = { status: 504, body: { message: 'The upstream server is timing out' } };

/** @typedef {{ version: string, jobs: unknown[] }} Report */

export function createForwarderToServices({ socketPath = SERVICES_SOCKET, deadline = DEADLINE } = {}) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 512 });
  const forward = createForwarder(agent, { deadline, late: LATE, failed: unavailable });

  /** @param {import('./web.mjs').Incoming} incoming @param {import('./web.mjs').Outgoing} outgoing */
  function handle(incoming, outgoing) {
    const { 'x-forwarded-for': before, ...headers } = withoutHopByHop(incoming.headers);
    const client = [before, incoming.socket.remoteAddress].filter(Boolean).join(', ');
    forward(incoming, outgoing, { socketPath, path: incoming.url ?? '/', headers: { ...headers, 'x-forwarded-for': client } });
  }

  /** @returns {Promise<Report>} */
  const report = () => ask(REPORT_PATH);
  /** @returns {Promise<import('./reference/catalogue.mjs').SqlFunction[]>} */
  const catalogue = () => ask(CATALOGUE_PATH);

  /** @param {string} path */
  async function ask(path) {
    const { status, body } = await new Promise((resolve, reject) => {
      const request = http.get({ agent, socketPath, path, timeout: REPORT_WITHIN }, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
      });
      request.on('timeout', () => request.destroy());
      request.on('error', reject);
    }).catch(() => ({ status: 503, body: '' }));
    if (status !== 200) throw new Error(status === 503 ? 'does not answer' : `answers ${status}`);
    return JSON.parse(body);
  }

  return { handle, report, catalogue, close: () => agent.destroy() };
}

/**
 * The database is down, or the services are being started: each says so in its own words, and that it will pass.
 * @param {Pick<import('./web.mjs').Incoming, 'url' | 'headers'>} incoming
 */
export function unavailable({ url = '', headers }) {
  return { status: 503, body: wordsOf(url, headers), headers: { 'retry-after': RETRY_AFTER, 'access-control-allow-origin': '*' } };
}

/** @param {string} url @param {import('node:http').IncomingHttpHeaders} headers */
function wordsOf(url, headers) {
  const message = 'The database is not available at the moment';
  if (url.startsWith('/auth/v1')) {
    return headers['x-supabase-api-version'] ? { code: 'unexpected_failure', message } : { code: 503, error_code: 'unexpected_failure', msg: message };
  }
  if (url.startsWith('/storage/v1')) return { statusCode: '503', error: 'DatabaseError', message };
  // PostgREST's, for a connection that it does not have or has lost.
  return { code: 'PGRST001', details: 'no connection to the server', hint: null, message: 'Database client error. Retrying the connection.' };
}
