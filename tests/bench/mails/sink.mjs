// @ts-check
// The sink of the benchmark, as a process of its own: Resend's answers at the least expense, so that what is measured is the
// dispatcher. Every mail is counted and known again by its tag, every body compared under its key; one request in SAMPLE is
// parsed and checked in full, as tests/sink does each. Prints its URL; GET /count answers { mails, doubles }.
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { IdempotencyKeys } from '../../../scripts/stack/inbox/idempotency.mjs';
import { Refusal, admit, answerBefore, answerTo, parsePosting, sort } from '../../../scripts/stack/inbox/posting.mjs';

const SAMPLE = 8;
/** Within a text its quotation marks would be escaped. */
const TAG = Buffer.from('"name":"mail","value":"');
const QUOTE = 0x22;

const keys = new IdempotencyKeys();
/** @type {Set<string>} */
const known = new Set();
let [requests, mails, doubles] = [0, 0, 0];

/** The ids of the mails of a request, as their tags have them. @param {Buffer} raw */
function idsIn(raw) {
  const ids = [];
  for (let at = raw.indexOf(TAG); at >= 0; at = raw.indexOf(TAG, at)) {
    const start = at + TAG.length;
    at = raw.indexOf(QUOTE, start);
    ids.push(raw.latin1Slice(start, at));
  }
  return ids;
}

/** @param {string[]} ids */
function count(ids) {
  for (const id of ids) {
    mails += 1;
    if (known.has(id)) doubles += 1;
    known.add(id);
  }
}

/** @param {import('node:http').IncomingMessage} request @returns {Promise<unknown>} */
async function answer(request) {
  const { url: path = '/', headers } = request;
  if (path === '/count') return { mails, doubles };
  const key = /** @type {string | undefined} */ (headers['idempotency-key']);
  const raw = await buffer(request);
  admit(request, key);
  const ids = idsIn(raw);
  requests += 1;
  if (requests % SAMPLE === 1) {
    const { good } = sort(parsePosting(request, path, key, raw));
    if (good.length !== ids.length) throw new Refusal(422, 'validation_error', 'A mail without its tag.');
  }
  const posting = { path, key, raw, mails: [], batch: path === '/emails/batch', permissive: false };
  const before = answerBefore(keys, posting);
  if (before) return before.answer;
  count(ids);
  const accepted = answerTo(posting, ids, []);
  keys.finish(key, accepted);
  return accepted;
}

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request).then(
    (body) => [200, body],
    (error) => (error instanceof Refusal ? [error.status, error.body] : [500, { message: String(error) }]),
  );
  response.writeHead(/** @type {number} */ (status), { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.stdout.write(`http://127.0.0.1:${port}\n`);
});
