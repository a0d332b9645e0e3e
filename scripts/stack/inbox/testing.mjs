// @ts-check
// An inbox of a test's own, and what it is sent.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startInbox } from './server.mjs';

export const HOME = 'http://127.0.0.1:9';

/** @param {import('node:test').TestContext} t */
export function aFolder(t) {
  const folder = mkdtempSync(path.join(tmpdir(), 'inbox-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** @param {import('node:test').TestContext} t @param {string} [folder] */
export async function anInbox(t, folder = aFolder(t)) {
  const inbox = await startInbox({ port: 0, home: HOME, folder });
  t.after(() => inbox.close());
  const origin = `http://127.0.0.1:${inbox.port}`;
  const headers = { authorization: 'Bearer re_test', 'content-type': 'application/json' };
  return {
    ...inbox,
    origin,
    folder,
    /** @param {unknown} body @param {Record<string, string>} [more] headers @returns {Promise<{ status: number, body: any }>} */
    post: async (body, more = {}) => {
      const answer = await fetch(`${origin}/emails${Array.isArray(body) ? '/batch' : ''}`, { method: 'POST', headers: { ...headers, ...more }, body: typeof body === 'string' ? body : JSON.stringify(body) });
      return { status: answer.status, body: await answer.json() };
    },
    /** @param {string} place @param {RequestInit} [request] */
    get: (place, request = {}) => fetch(origin + place, { ...request, headers: { ...headers, ...request.headers } }),
    /** @param {string} [query] @returns {Promise<any>} */
    list: async (query = '') => (await fetch(`${origin}/inbox/mails${query}`)).json(),
  };
}

/** @param {Record<string, unknown>} [more] @returns {Record<string, any>} */
export const aMail = (more = {}) => ({ from: 'Evenkeel <hello@evenkeel.test>', to: ['ada@example.com'], subject: 'Hello', text: 'Hello Ada', ...more });
