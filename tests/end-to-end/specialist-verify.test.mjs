// @ts-check
// The review of documents: what is in the queue, whose file is looked at, and what becomes of it.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer, request } from 'node:http';
import { after, test } from 'node:test';
import { sql, visitor } from './platform/clients.mjs';
import { appoint, as, ask, platformAdmin } from './platform/companies.mjs';
import { environment } from './platform/environment.mjs';
import { FunctionProcess, IMPATIENT } from './platform/function-process.mjs';
import { callFunction } from './platform/functions.mjs';
import { mailTo } from './platform/inbox.mjs';
import { aPdf, aPillar, anApplicant, announce, handIn, sha256, upload } from './platform/specialists.mjs';

after(() => sql.end());

/** @typedef {Awaited<ReturnType<typeof platformAdmin>>} Person */

/** @param {Person} admin @param {string} id */
const open = (admin, id) => ask(admin, 'specialist-verify/open', { document_id: id });

/** @param {Person} admin @param {string} id @param {Record<string, unknown>} [fields] */
const decide = (admin, id, fields = { decision: 'approve' }) => ask(admin, 'specialist-verify', { document_id: id, ...fields });

/** @param {{ status: number, body: any }} answer */
const code = ({ status, body }) => `${status} ${body.code ?? body.document?.status ?? body.status}`;

/** @param {Person} admin @param {Record<string, string>} [query] */
async function queue(admin, query = {}) {
  const path = `specialist-verify/queue?${new URLSearchParams(query)}`;
  const response = await callFunction(path, { method: 'GET', headers: await as(admin) });
  return { status: response.status, body: await response.json() };
}

/** Every document of a state, a page after the other. @param {Person} admin @param {number} limit */
async function wholeQueue(admin, limit) {
  const items = [];
  for (let cursor = ''; ; ) {
    const { body } = await queue(admin, { limit: String(limit), ...(cursor && { cursor }) });
    assert.ok(body.items.length <= limit);
    items.push(...body.items);
    if (!body.next_cursor) return items;
    cursor = body.next_cursor;
  }
}

const row = async (/** @type {string} */ id) =>
  (await sql`select verification_status as status, reviewed_hash, decided_at from public.specialist_documents where id = ${id}`)[0];

test('from the upload to a verified specialist, whom anybody sees then', async () => {
  const [admin, ines] = [await platformAdmin(), await anApplicant()];
  const file = aPdf();
  const id = await handIn(ines, file);
  const { body } = await queue(admin, { limit: '100' });
  const item = body.items.find((/** @type {any} */ one) => one.document_id === id);
  assert.deepEqual([item.specialist, item.specialist_status, item.pillars], ['Ines Novak', 'pending', [ines.pillar.name]]);
  const hidden = await visitor().from('specialists').select('id').eq('id', ines.specialistId);
  assert.deepEqual(hidden.data, []);

  const opened = await open(admin, id);
  assert.equal(opened.status, 200, JSON.stringify(opened.body));
  const { file_url, expires_in, document } = opened.body;
  assert.deepEqual({ ...document, review_started_at: null }, { ...item, review_started_at: null });
  assert.equal(expires_in, 300);
  const seen = await fetch(`${environment.url}${file_url}`);
  assert.deepEqual([seen.status, seen.headers.get('content-type')], [200, 'application/pdf']);
  assert.match(seen.headers.get('content-disposition') ?? '', /^attachment; filename=license-[0-9a-f]{8}\.pdf;/);
  assert.ok(Buffer.from(await seen.arrayBuffer()).equals(file));

  const decided = await decide(admin, id, { decision: 'approve', expires_on: '2030-01-31' });
  assert.equal(code(decided), '200 verified', JSON.stringify(decided.body));
  assert.equal(decided.body.document.expiry_date, '2030-01-31');
  assert.equal(decided.body.specialist_status, 'pending', 'the professional standards are missing');
  const standards = await ines.client.rpc('accept_document', { p_document: 'professional_standards', p_version: '2026-11' });
  assert.equal(standards.error, null);
  const shown = await visitor().from('specialists').select('id, display_name').eq('id', ines.specialistId);
  assert.deepEqual(shown.data, [{ id: ines.specialistId, display_name: 'Ines Novak' }]);
  assert.match((await mailTo(ines.email)).subject, /approved/i);

  const log = await sql`
    select action, actor_id, user_id from public.audit_logs
    where entity_type = 'specialist_documents' and entity_id = ${id} and action in ('document.opened', 'document.verified') order by id`;
  assert.deepEqual(log.map((one) => ({ ...one })), [
    { action: 'document.opened', actor_id: admin.id, user_id: ines.id },
    { action: 'document.verified', actor_id: admin.id, user_id: ines.id },
  ]);
});

test('a rejection has a reason, which the specialist reads and is mailed', async () => {
  const [admin, ines] = [await platformAdmin(), await anApplicant()];
  const id = await handIn(ines);
  assert.equal(code(await decide(admin, id, { decision: 'reject' })), '422 reason_required');
  assert.equal(code(await decide(admin, id, { decision: 'reject', reason: 'no' })), '400 invalid_request');
  assert.equal(code(await decide(admin, id, { decision: 'reject', reason: 'It is illegible.' })), '200 rejected');
  const { data } = await ines.client.from('specialist_documents').select('verification_status, rejection_reason').eq('id', id).single();
  assert.deepEqual(data, { verification_status: 'rejected', rejection_reason: 'It is illegible.' });
  assert.match((await mailTo(ines.email)).text, /It is illegible\./);
});

test('what is stored must be what was announced, in every byte and by its kind', async () => {
  const [admin, ines] = [await platformAdmin(), await anApplicant()];
  const announced = aPdf('a'.repeat(5000));
  const page = Buffer.from('<script>alert(1)</script>');
  /** @type {[string, Buffer, Buffer][]} */
  const cases = [
    ['another byte', announced, aPdf(`${'a'.repeat(4999)}b`)],
    ['cut off', announced, announced.subarray(0, 3000)],
    ['longer', announced, Buffer.concat([announced, Buffer.from('x')])],
    ['no PDF at all', page, page],
  ];
  for (const [what, said, stored] of cases) {
    const { id, file_path } = await announce(ines, said);
    const { error } = await upload(ines, file_path, stored);
    assert.equal(error, null, what);
    const opened = await open(admin, id);
    assert.equal(code(opened), what === 'no PDF at all' ? '422 file_type_mismatch' : '422 file_mismatch', what);
    assert.match(opened.body.detail, { 'another byte': /changed/, 'no PDF at all': /type/ }[what] ?? /longer or shorter/);
    assert.equal(code(await decide(admin, id)), '409 review_not_started', what);
    assert.deepEqual({ ...(await row(id)) }, { status: 'pending', reviewed_hash: null, decided_at: null }, what);
  }
});

test('a PDF that something stands before is one, as it is to readers', async () => {
  const [admin, ines] = [await platformAdmin(), await anApplicant()];
  for (const before of ['\uFEFF', '\r\n\r\n', 'Received by the gateway\n', '\0'.repeat(1019)]) {
    const id = await handIn(ines, Buffer.concat([Buffer.from(before), aPdf('a licence')]));
    assert.equal((await open(admin, id)).status, 200, JSON.stringify(before.slice(0, 20)));
    assert.equal(code(await decide(admin, id)), '200 verified');
  }
});

test('a file of ten megabytes is copied, read and compared, and no worse for it many at once', async () => {
  const [admin, ines] = [await platformAdmin(), await anApplicant()];
  const ids = [];
  for (let i = 0; i < 4; i += 1) {
    ids.push(await handIn(ines, Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(10 * 1024 * 1024 - 9)])));
  }
  const opened = await Promise.all(ids.map((id) => open(admin, id)));
  assert.deepEqual(opened.map(({ status }) => status), ids.map(() => 200));
  const answers = await Promise.all(ids.map((id) => decide(admin, id)));
  assert.deepEqual(answers.map(code), ids.map(() => '200 verified'));
});

test('while it is looked at nothing is replaced, and what was replaced is looked at anew', async () => {
  const [admin, other, ines] = [await platformAdmin(), await platformAdmin(), await anApplicant()];
  const id = await handIn(ines);
  assert.equal(code(await decide(admin, id)), '409 review_not_started');
  await open(admin, id);
  const path = `${ines.specialistId}/${id}`;
  await assert.rejects(announce(ines, aPdf(), { replaces: id }), { message: 'not_replaceable' });
  assert.ok((await upload(ines, path, aPdf())).error, 'the file was replaced under the eyes of an admin');
  await sql`update public.specialist_documents set review_started_at = review_started_at - interval '2 hours' where id = ${id}`;
  assert.equal(code(await decide(admin, id)), '409 review_not_started');
  const second = aPdf();
  await announce(ines, second, { replaces: id });
  assert.equal((await upload(ines, path, second)).error, null);
  await open(other, id);
  assert.equal(code(await decide(admin, id)), '409 review_not_started', 'who saw the first file approves the second');
  assert.equal(code(await decide(other, id)), '200 verified');
  assert.equal((await row(id)).reviewed_hash, sha256(second));
});

test('an upload that began before the review and ends in it changes nothing', async () => {
  const [admin, ines] = [await platformAdmin(), await anApplicant()];
  const [announced, shown] = [aPdf('announced'), aPdf('late     ')];
  assert.equal(announced.length, shown.length);
  const { id, file_path } = await announce(ines, announced);
  assert.equal((await upload(ines, file_path, announced)).error, null);
  const sending = request(`${environment.url}/storage/v1/object/specialist-documents/${file_path}`, {
    method: 'POST',
    headers: {
      apikey: environment.publishableKey, ...(await as(ines)), 'content-type': 'application/pdf', 'x-upsert': 'true',
      'content-length': shown.length,
    },
  });
  const ended = new Promise((resolve, reject) => sending.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject));
  sending.write(shown.subarray(0, 10));
  // Storage must have let it in by then, and says nothing of it.
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const { body } = await open(admin, id);
  sending.end(shown.subarray(10));
  assert.equal(await ended, 200, 'the platform has no such gap any more: this test is for nothing');
  const own = await ines.client.storage.from('specialist-documents').download(file_path);
  assert.ok(Buffer.from(await /** @type {Blob} */ (own.data).arrayBuffer()).equals(shown));
  assert.equal(code(await decide(admin, id)), '200 verified');
  const again = await open(admin, id);
  for (const url of [body.file_url, again.body.file_url]) {
    const file = await fetch(`${environment.url}${url}`);
    assert.ok(Buffer.from(await file.arrayBuffer()).equals(announced), 'the evidence was replaced');
  }
});

test('two admins who open it at once see one copy', async () => {
  const [olga, paul, ines] = [await platformAdmin(), await platformAdmin(), await anApplicant()];
  const id = await handIn(ines);
  const opened = await Promise.all([open(olga, id), open(paul, id), open(olga, id), open(paul, id)]);
  const files = opened.map(({ body }) => new URL(body.file_url, environment.url).pathname);
  assert.equal(new Set(files).size, 1, files.join());
  assert.equal(code(await decide(paul, id)), '200 verified');
});

test('what is approved is what was opened, not what the list said', async () => {
  const [admin, ines] = [await platformAdmin(), await anApplicant()];
  const file = aPdf();
  const id = await handIn(ines, file);
  await queue(admin);
  const other = await aPillar([]);
  await ines.client.from('specialist_pillars').insert({ specialist_id: ines.specialistId, pillar_id: other.id });
  await sql`update public.specialist_documents set document_number = 'No. 999' where id = ${id}`;
  const { body } = await open(admin, id);
  assert.equal(body.document.document_number, 'No. 999');
  assert.deepEqual([...body.document.pillars].sort(), [other.name, ines.pillar.name].sort());
});

test('of two admins who decide at once one does, and the other learns what happened', async () => {
  const [olga, paul, ines] = [await platformAdmin(), await platformAdmin(), await anApplicant()];
  const id = await handIn(ines);
  await Promise.all([open(olga, id), open(paul, id)]);
  const answers = await Promise.all([
    decide(olga, id),
    decide(paul, id, { decision: 'reject', reason: 'It is illegible.' }),
    decide(olga, id),
    decide(paul, id),
  ]);
  const won = answers.filter(({ status }) => status === 200);
  assert.equal(won.length, 1, answers.map(code).join(', '));
  for (const { status, body } of answers.filter((one) => one !== won[0])) {
    assert.equal(`${status} ${body.code}`, '409 already_decided');
    assert.equal(body.decision.status, won[0].body.document.status);
    assert.ok(Date.parse(body.decision.decided_at) > Date.now() - 60_000);
  }
});

test('nobody but platform admins reviews, and no file is read without opening it', async () => {
  const [admin, ines, eve] = [await platformAdmin(), await anApplicant(), await anApplicant()];
  const id = await handIn(ines);
  for (const person of [ines, eve]) {
    assert.equal((await queue(person)).status, 403);
    assert.equal(code(await open(person, id)), '403 forbidden');
    assert.equal(code(await decide(person, id)), '403 forbidden');
  }
  await appoint(ines);
  await open(ines, id);
  assert.equal(code(await decide(ines, id)), '403 own_document');
  const path = `${ines.specialistId}/${id}`;
  for (const person of [admin, eve]) {
    const file = await person.client.storage.from('specialist-documents').download(path);
    assert.ok(file.error, 'a file was read past the function');
    assert.ok((await upload(/** @type {any} */ (person), path, aPdf())).error, 'a file was replaced by somebody else');
  }
  const direct = await admin.client.rpc('decide_document', { p_document_id: id, p_decision: 'approve' });
  assert.equal(direct.error?.message, 'review_not_started');
  await open(admin, id);
  const blind = await admin.client.rpc('decide_document', { p_document_id: id, p_decision: 'approve' });
  assert.equal(blind.error, null);
  const forged = await admin.client.rpc('record_reviewed_copy', { p_document_id: id, p_path: 'x', p_file_hash: '0'.repeat(64), p_file_size: 1, p_opened_by: id });
  assert.equal(forged.error?.code, '42501');
});

test('an unknown document, and one whose file never came', async () => {
  const [admin, ines] = [await platformAdmin(), await anApplicant()];
  const unknown = '6f1c2c1e-0000-4000-8000-000000000001';
  assert.equal(code(await open(admin, unknown)), '404 not_found');
  assert.equal(code(await decide(admin, unknown)), '404 not_found');
  assert.equal(code(await decide(admin, unknown, { decision: 'reject', reason: 'It is illegible.' })), '404 not_found');
  const { id } = await announce(ines, aPdf());
  assert.equal(code(await open(admin, id)), '409 file_missing');
  assert.equal(code(await decide(admin, id)), '409 file_missing');
});

test('the queue is the oldest first, and its pages are the whole', async () => {
  const [admin, ines] = [await platformAdmin(), await anApplicant()];
  for (let i = 0; i < 5; i += 1) await handIn(ines);
  const all = await wholeQueue(admin, 100);
  const times = all.map((one) => Date.parse(one.uploaded_at));
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
  const ids = (/** @type {any[]} */ items) => items.map((one) => one.document_id);
  assert.deepEqual(ids(await wholeQueue(admin, 2)), ids(all));
  assert.equal(all.filter((one) => one.specialist_id === ines.specialistId).length, 5);
});

test('a storage that is slow, down, denying or lying changes nothing, and never means that nothing was uploaded', async () => {
  const [admin, ines] = [await platformAdmin(), await anApplicant()];
  const id = await handIn(ines);
  const headers = await as(admin);
  const saying = (/** @type {number} */ status, /** @type {unknown} */ body) => (/** @type {import('node:http').ServerResponse} */ response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  /** @type {[string, (response: import('node:http').ServerResponse) => void][]} */
  const storages = [
    ['503 upstream_unavailable', (response) => response.writeHead(502).end()],
    ['503 upstream_unavailable', saying(400, { statusCode: '403', code: 'AccessDenied', error: 'Unauthorized', message: 'new row violates row-level security policy' })],
    ['503 upstream_unavailable', saying(400, { statusCode: '404', code: 'NoSuchBucket', error: 'Bucket not found', message: 'Bucket not found' })],
    ['503 upstream_unavailable', saying(404, { message: 'no Route matched with those values' })],
    ['504 upstream_timeout', (response) => response.writeHead(200).write('{')],
    ['503 upstream_unavailable', (response) => response.writeHead(404).end('x'.repeat(100_000))],
    ['409 file_missing', saying(400, { statusCode: '404', error: 'not_found', message: 'Object not found' })],
    // It says that it has copied, and reads another file out.
    ['422 file_mismatch', (response) => response.writeHead(200).end('%PDF-1.7 another file')],
  ];
  for (const [expected, answer] of storages) {
    const platform = await FunctionProcess.start('specialist-verify', {
      SUPABASE_URL: await storageThat(answer),
      ...IMPATIENT,
    });
    try {
      const response = await platform.post('/open', { headers, body: { document_id: id } });
      assert.equal(`${response.status} ${(await response.json()).code}`, expected);
    } finally {
      await platform.kill();
    }
    assert.deepEqual({ ...(await row(id)) }, { status: 'pending', reviewed_hash: null, decided_at: null });
    assert.equal(code(await decide(admin, id)), '409 review_not_started');
  }
  assert.equal((await open(admin, id)).status, 200);
  assert.equal(code(await decide(admin, id)), '200 verified');
});

/** The platform, but for its storage. @param {(response: import('node:http').ServerResponse) => void} answer */
async function storageThat(answer) {
  const server = createServer(async (request, response) => {
    if (request.url?.startsWith('/storage/')) return answer(response);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { host: _, 'content-length': __, ...headers } = request.headers;
    const passed = await fetch(`${environment.url}${request.url}`, {
      method: request.method,
      headers: /** @type {Record<string, string>} */ (headers),
      body: Buffer.concat(chunks),
    });
    response.writeHead(passed.status, { 'content-type': passed.headers.get('content-type') ?? '' });
    response.end(Buffer.from(await passed.arrayBuffer()));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `http://127.0.0.1:${address.port}`;
}
