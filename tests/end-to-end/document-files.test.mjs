// @ts-check
// The files of documents: every way that Storage has to write one, who reaches the copies, and what is swept.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { after, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { as, ask, platformAdmin } from './platform/companies.mjs';
import { environment } from './platform/environment.mjs';
import { FunctionProcess } from './platform/function-process.mjs';
import { callFunction } from './platform/functions.mjs';
import { aPdf, anApplicant, announce, handIn, sha256, upload } from './platform/specialists.mjs';

after(() => sql.end());

const UPLOADS = 'specialist-documents';
const COPIES = 'reviewed-documents';

/** @param {string} path @param {Record<string, string | number>} headers @param {Buffer[]} pieces @param {string} [method] @returns {Promise<number>} the status */
function send(path, headers, pieces, method = 'POST') {
  const sending = request(`${environment.url}/storage/v1/${path}`, { method, headers });
  const status = new Promise((resolve, reject) => sending.on('response', (response) => resolve(response.resume().statusCode ?? 0)).on('error', reject));
  for (const piece of pieces) sending.write(piece);
  sending.end();
  return /** @type {Promise<number>} */ (status);
}

/** @param {import('./platform/specialists.mjs').Applicant} person */
const headersOf = async (person) => ({ apikey: environment.publishableKey, ...(await as(person)) });

const stored = async (/** @type {string} */ bucket, /** @type {string} */ name) =>
  (await sql`select version, metadata from storage.objects where bucket_id = ${bucket} and name = ${name}`)[0];

/** Removes what no row names, without waiting for it to be an hour old. */
async function sweep() {
  const response = await callFunction('storage-sweep', { headers: { apikey: environment.cronKey }, body: {} });
  return { status: response.status, body: await response.json() };
}

test('a file comes by an ordinary upload, of the announced type and length, and by no other way', async () => {
  const ines = await anApplicant();
  const [file, large] = [aPdf(), aPdf('a'.repeat(100_000))];
  const { file_path } = await announce(ines, file);
  const bucket = ines.client.storage.from(UPLOADS);
  const own = await announce(ines, file);
  assert.equal((await upload(ines, own.file_path, file)).error, null);
  const headers = await headersOf(ines);
  const pdf = { ...headers, 'content-type': 'application/pdf', 'x-upsert': 'true' };

  /** @type {Record<string, () => Promise<unknown>>} */
  const ways = {
    'a signed address': async () => (await bucket.createSignedUploadUrl(file_path)).error,
    'a signed address to replace': async () => (await bucket.createSignedUploadUrl(file_path, { upsert: true })).error,
    'a copy': async () => (await bucket.copy(own.file_path, file_path)).error,
    'a move': async () => (await bucket.move(own.file_path, file_path)).error,
    'a move to the copies': async () => (await bucket.move(own.file_path, file_path, { destinationBucket: COPIES })).error,
    'an update': async () => (await bucket.update(file_path, file, { contentType: 'application/pdf' })).error,
    'another type': async () => (await upload(ines, file_path, file, 'image/png')).error,
    'a file that is larger': async () => (await upload(ines, file_path, large)).error,
    'a form with a larger file': async () => (await bucket.upload(file_path, new Blob([large], { type: 'application/pdf' }))).error,
    'a body without a length': async () => (await send(`object/${UPLOADS}/${file_path}`, { ...pdf, 'transfer-encoding': 'chunked' }, [large])) !== 200,
    'a resumable upload': async () => (await send('upload/resumable', {
      ...headers, 'tus-resumable': '1.0.0', 'upload-length': file.length,
      'upload-metadata': `bucketName ${btoa(UPLOADS)},objectName ${btoa(file_path)},contentType ${btoa('application/pdf')}`,
    }, [])) >= 400,
    'S3': async () => (await send(`s3/${UPLOADS}/${file_path}`, { ...pdf, 'content-length': file.length }, [file], 'PUT')) >= 400,
  };
  for (const [way, isRefused] of Object.entries(ways)) {
    assert.ok(await isRefused(), way);
    assert.equal(await stored(UPLOADS, file_path), undefined, way);
    assert.ok(await stored(UPLOADS, own.file_path), way);
  }
  const before = await stored(UPLOADS, own.file_path);
  for (const over of [await bucket.createSignedUploadUrl(own.file_path, { upsert: true }), await bucket.update(own.file_path, file, { contentType: 'application/pdf' }), await upload(ines, own.file_path, large)]) {
    assert.ok(over.error);
  }
  assert.deepEqual(await stored(UPLOADS, own.file_path), before, 'a file was replaced by another way');

  assert.equal((await bucket.upload(file_path, new Blob([file], { type: 'application/pdf' }))).error, null, 'a form, as supabase-js sends in browsers');
  assert.equal((await upload(ines, file_path, file)).error, null);
});

test('the copies are read, written and removed by nobody', async () => {
  const [admin, ines] = [await platformAdmin(), await anApplicant()];
  const id = await handIn(ines);
  await ask(admin, 'specialist-verify/open', { document_id: id });
  const [{ reviewed_path: path }] = await sql`select reviewed_path from public.specialist_documents where id = ${id}`;
  const before = await stored(COPIES, path);
  assert.ok(before);
  for (const { client } of [ines, admin]) {
    const bucket = client.storage.from(COPIES);
    const file = aPdf();
    const refused = [
      await bucket.download(path), await bucket.createSignedUrl(path, 60), await bucket.upload(path, file, { contentType: 'application/pdf', upsert: true }),
      await bucket.upload(`${path}x`, file, { contentType: 'application/pdf' }), await bucket.update(path, file, { contentType: 'application/pdf' }),
      await bucket.createSignedUploadUrl(`${path}x`), await bucket.copy(path, `${path}x`), await bucket.move(path, `${path}x`),
      await client.storage.from(UPLOADS).copy(`${ines.specialistId}/${id}`, path, { destinationBucket: COPIES }),
    ];
    assert.deepEqual(refused.map(({ error }) => error !== null), refused.map(() => true));
    assert.deepEqual((await bucket.list(ines.specialistId)).data, []);
    assert.deepEqual((await bucket.remove([path])).data ?? [], []);
  }
  assert.deepEqual(await stored(COPIES, path), before);
});

test('a copy is of our type and kept by caches for as long as its address is good, whatever its original says', async () => {
  const [admin, ines] = [await platformAdmin(), await anApplicant()];
  const file = aPdf();
  const { id, file_path } = await announce(ines, file);
  const { error } = await ines.client.storage.from(UPLOADS).upload(file_path, file, { contentType: 'application/pdf', cacheControl: '31536000' });
  assert.equal(error, null);
  const { body } = await ask(admin, 'specialist-verify/open', { document_id: id });
  const opened = await fetch(`${environment.url}${body.file_url}`);
  assert.deepEqual(['content-type', 'cache-control'].map((name) => opened.headers.get(name)), ['application/pdf', null]);
  const seconds = (Date.parse(opened.headers.get('expires') ?? '') - Date.now()) / 1000;
  assert.ok(seconds > 0 && seconds <= body.expires_in, `it may be kept for ${seconds} s`);
  const [row] = await sql`select reviewed_path, reviewed_hash, reviewed_size from public.specialist_documents where id = ${id}`;
  assert.deepEqual([row.reviewed_hash, row.reviewed_size], [sha256(file), file.length]);
  assert.equal((await stored(COPIES, row.reviewed_path)).metadata.mimetype, 'application/pdf');
});

test('whoever is erased leaves neither file nor copy, and what rows name stays', async () => {
  const [admin, ines, maria] = [await platformAdmin(), await anApplicant(), await anApplicant()];
  const documents = [await handIn(ines), await handIn(maria)];
  for (const id of documents) assert.equal((await ask(admin, 'specialist-verify/open', { document_id: id })).status, 200);
  const files = await sql`select file_path, reviewed_path from public.specialist_documents where id = any (${documents}) order by specialist_id = ${ines.specialistId} desc`;
  const late = `${ines.specialistId}/${randomUUID()}`;
  const put = { apikey: environment.secretKey, 'content-type': 'application/pdf', 'content-length': 8 };
  assert.equal(await send(`object/${UPLOADS}/${late}`, put, [Buffer.from('%PDF-1.7')]), 200);
  await sql`update storage.objects set created_at = now() - interval '2 hours' where bucket_id = ${COPIES}`;
  const erased = await fetch(`${environment.url}/auth/v1/admin/users/${ines.id}`, { method: 'DELETE', headers: { apikey: environment.secretKey } });
  assert.equal(erased.status, 200);

  const { status, body } = await sweep();
  assert.equal(status, 200, JSON.stringify(body));
  assert.ok(body.removed >= 3 && body.removed === body.orphaned, JSON.stringify(body));
  for (const [bucket, name] of [[UPLOADS, files[0].file_path], [COPIES, files[0].reviewed_path], [UPLOADS, late]]) {
    assert.equal(await stored(bucket, name), undefined);
    const gone = await fetch(`${environment.url}/storage/v1/object/${bucket}/${name}`, { headers: { apikey: environment.secretKey } });
    assert.equal((await gone.json()).statusCode, '404', 'the file outlived its row');
  }
  assert.ok(await stored(UPLOADS, files[1].file_path));
  assert.ok(await stored(COPIES, files[1].reviewed_path));
  assert.deepEqual((await sweep()).body, { orphaned: 0, removed: 0 });
});

test('pg_cron sweeps, and nobody without its key', async () => {
  const lost = `${randomUUID()}/${randomUUID()}`;
  const put = { apikey: environment.secretKey, 'content-type': 'application/pdf', 'content-length': 8 };
  assert.equal(await send(`object/${UPLOADS}/${lost}`, put, [Buffer.from('%PDF-1.7')]), 200);
  for (const apikey of [environment.publishableKey, environment.secretKey, '']) {
    const response = await callFunction('storage-sweep', { headers: { apikey }, body: {} });
    assert.equal(response.status, 401);
  }
  assert.ok(await stored(UPLOADS, lost));
  await sql`select private.run_job('kick_storage_sweep')`;
  for (let tries = 0; (await stored(UPLOADS, lost)) && tries < 50; tries += 1) await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(await stored(UPLOADS, lost), undefined);
});

test('a storage that refuses to remove is told, and the files stay for the next run', async () => {
  const lost = `${randomUUID()}/${randomUUID()}`;
  const put = { apikey: environment.secretKey, 'content-type': 'application/pdf', 'content-length': 8 };
  assert.equal(await send(`object/${UPLOADS}/${lost}`, put, [Buffer.from('%PDF-1.7')]), 200);
  const broken = await FunctionProcess.start('storage-sweep', { SUPABASE_URL: 'http://127.0.0.1:1', UPSTREAM_TIMEOUT_MS: '1000' });
  try {
    const response = await broken.post('', { headers: { apikey: environment.cronKey }, body: {} });
    assert.equal(`${response.status} ${(await response.json()).code}`, '503 upstream_unavailable');
  } finally {
    await broken.kill();
  }
  assert.ok(await stored(UPLOADS, lost));
  assert.ok((await sweep()).body.removed >= 1);
});
