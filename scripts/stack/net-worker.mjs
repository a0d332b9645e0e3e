// @ts-check
// Delivers what net.http_post queued, once, after the caller's commit: pg_net's worker, without pg_net. As
// there, a batch is taken when the one before is through, so that one slow call holds back all later ones.
import { connect, hearing } from './connection.mjs';

const AT_ONCE = 200;
const KEEP_RESPONSES = '6 hours';
const RETRY_MILLISECONDS = 1_000;

/**
 * @typedef {{ id: string, method: string, url: string, headers: Record<string, string>, body: string | null, timeout_milliseconds: number }} Queued
 */

/** @param {{ url: string, onLost: () => void }} options `onLost` is called when the database went away under the worker */
export async function startNetWorker({ url, onLost }) {
  let stopping = false;
  const lost = () => void (stopping || onLost());
  const sql = connect(url, { max: 2, max_lifetime: null, onclose: lost });
  let wanted = false;
  /** @type {Promise<void> | null} */
  let draining = null;

  function wake() {
    if (stopping) return;
    wanted = true;
    draining ??= drain().finally(() => (draining = null));
  }

  async function drain() {
    while (wanted && !stopping) {
      wanted = false;
      try {
        while (await sendSome()) if (stopping) return;
      } catch {
        // The database is restarting; the queue is asked again when it is back.
        await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
        wanted = true;
      }
    }
  }

  /** Taken off the queue before sending: like pg_net, at most once. */
  async function sendSome() {
    const requests = /** @type {Queued[]} */ (/** @type {unknown} */ (await sql`
      delete from net.http_request_queue
      where id = any (array(select id from net.http_request_queue order by id limit ${AT_ONCE} for update skip locked))
      returning id, method, url, headers, convert_from(body, 'UTF8') as body, timeout_milliseconds`));
    if (requests.length === 0) return false;
    await Promise.all(requests.map(async (request) => store(request.id, await send(request))));
    await sql`delete from net._http_response where created < now() - ${KEEP_RESPONSES}::interval`;
    return true;
  }

  /** @param {string} id @param {Awaited<ReturnType<typeof send>>} answer */
  async function store(id, answer) {
    await sql`insert into net._http_response ${sql({ id, ...answer, headers: sql.json(answer.headers ?? null) })}`;
  }

  const ear = await hearing(url, { channel: 'net_wake', onWord: wake, onLost: lost });
  wake();

  return {
    async close() {
      stopping = true;
      await Promise.all([sql, ear].map((one) => one.end({ timeout: 1 })));
    },
  };
}

/** @param {Queued} request */
async function send({ method, url, headers, body, timeout_milliseconds }) {
  try {
    const response = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(timeout_milliseconds) });
    return {
      status_code: response.status,
      content_type: response.headers.get('content-type'),
      headers: Object.fromEntries(response.headers),
      content: await response.text(),
      timed_out: false,
      error_msg: null,
    };
  } catch (error) {
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return {
      status_code: null,
      content_type: null,
      headers: null,
      content: null,
      timed_out: timedOut,
      error_msg: timedOut ? `Timeout of ${timeout_milliseconds} ms reached` : cause,
    };
  }
}
