// @ts-check
// openapi.json as this stack shows it: at its own address, in groups.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../settings.mjs';

const TITLES = new Map([['auth', 'Accounts'], ['company', 'Companies'], ['specialist', 'Specialists'], ['jobs', 'Jobs']]);
/** A path item has parameters and the like beside its operations. */
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * @typedef {{ method: string, path: string, id: string, group: string, summary: string, description: string, caller: Caller }} Operation
 * @typedef {'everybody' | 'person' | 'jobs'} Caller
 */

/** @param {string} origin where the stack is */
export async function readDocument(origin) {
  const document = JSON.parse(await readFile(path.join(projectRoot, 'openapi.json'), 'utf8'));
  const operations = operationsOf(document);
  for (const { method, path: at, group } of operations) document.paths[at][method].tags = [group];
  // Its own address alone: what the reference tries out is tried on this machine.
  return { ...document, servers: [{ url: `${origin}/functions/v1` }], tags: groupsOf(operations).map((name) => ({ name })) };
}

/** @param {any} document @returns {Operation[]} */
export function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([at, item]) =>
    METHODS.filter((method) => item[method]).map((method) => {
      const { operationId, summary = '', description = '', security = document.security ?? [] } = item[method];
      const caller = callerOf(security);
      const word = caller === 'jobs' ? 'jobs' : at.split(/[/-]/)[1];
      return { method, path: at, id: operationId, group: TITLES.get(word) ?? word, summary, description, caller };
    }),
  );
}

/** Each once; jobs, which no frontend calls, come last. @param {Operation[]} operations */
export function groupsOf(operations) {
  const jobs = operations.filter(({ caller }) => caller === 'jobs');
  return [...new Set([...operations.filter((one) => !jobs.includes(one)), ...jobs].map(({ group }) => group))];
}

/** @param {Record<string, unknown>[]} security alternatives @returns {Caller} */
function callerOf(security) {
  if (security.some((one) => 'cron' in one)) return 'jobs';
  return security.length > 0 && security.every((one) => 'person' in one) ? 'person' : 'everybody';
}
