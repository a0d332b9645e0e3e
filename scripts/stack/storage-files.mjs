// @ts-check
// Storage's objects as plain files below the stack's directory. Names are hashed, so an object's
// name can never point outside it.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** @typedef {import('@supabase/lite').App['_storageAdapter']} StorageAdapter */

const etagOf = (/** @type {Buffer} */ bytes) => `"${createHash('md5').update(bytes).digest('hex')}"`;

/** @param {string} directory @returns {NonNullable<StorageAdapter> & { describe: import('./storage-contract.mjs').Describe }} */
export function createFileStore(directory) {
  const root = path.join(directory, 'storage');
  const fileOf = (/** @type {string} */ bucket, /** @type {string} */ name) =>
    path.join(root, createHash('sha256').update(`${bucket}\n${name}`).digest('hex'));

  /** @param {string} file */
  async function metadataOf(file) {
    const [bytes, kept] = await Promise.all([readFile(file), readFile(`${file}.json`, 'utf8')]);
    const { contentType, cacheControl, modified } = JSON.parse(kept);
    return {
      bytes,
      metadata: {
        cacheControl,
        mimetype: contentType,
        contentLength: bytes.length,
        size: bytes.length,
        eTag: etagOf(bytes),
        lastModified: new Date(modified),
        httpStatusCode: 200,
      },
    };
  }

  return /** @type {any} */ ({
    driver: null,
    /** @param {string} bucket @param {string} name */
    async getObject(bucket, name) {
      const { bytes, metadata } = await metadataOf(fileOf(bucket, name));
      return { metadata, httpStatusCode: 200, body: bytes };
    },
    /** @param {string} bucket @param {string} name @param {unknown} _version @param {BodyInit} body @param {string} contentType @param {string} cacheControl */
    async uploadObject(bucket, name, _version, body, contentType, cacheControl) {
      const bytes = Buffer.from(await new Response(body).arrayBuffer());
      const file = fileOf(bucket, name);
      await mkdir(root, { recursive: true });
      await writeFile(file, bytes);
      await writeFile(`${file}.json`, JSON.stringify({ contentType, cacheControl, modified: Date.now() }));
      return (await metadataOf(file)).metadata;
    },
    /** @param {string} bucket @param {string} name */
    async deleteObject(bucket, name) {
      await rm(fileOf(bucket, name), { force: true });
      await rm(`${fileOf(bucket, name)}.json`, { force: true });
    },
    /** @param {string} bucket @param {string[]} names */
    async deleteObjects(bucket, names) {
      for (const name of names) await this.deleteObject(bucket, name);
    },
    /** @param {string} bucket @param {string} name @param {unknown} _version @param {string} toBucket @param {string} toName */
    async copyObject(bucket, name, _version, toBucket, toName) {
      const [from, to] = [fileOf(bucket, name), fileOf(toBucket, toName)];
      await copyFile(from, to);
      await copyFile(`${from}.json`, `${to}.json`);
      const { metadata } = await metadataOf(to);
      return { httpStatusCode: 200, eTag: metadata.eTag, lastModified: metadata.lastModified };
    },
    /** What it says of itself from now on. @param {string} bucket @param {string} name @param {import('./storage-contract.mjs').Described} described */
    async describe(bucket, name, { mimetype, cacheControl }) {
      const file = `${fileOf(bucket, name)}.json`;
      const kept = JSON.parse(await readFile(file, 'utf8'));
      await writeFile(file, JSON.stringify({ ...kept, contentType: mimetype ?? kept.contentType, cacheControl: cacheControl ?? kept.cacheControl }));
    },
    /** @param {string} bucket @param {string} name */
    async headObject(bucket, name) {
      return (await metadataOf(fileOf(bucket, name))).metadata;
    },
    /** @param {string} bucket @param {string} name */
    async privateAssetUrl(bucket, name) {
      return `file://${fileOf(bucket, name)}`;
    },
  });
}
