// @ts-check
// openapi.json as this stack shows it: at its own address, in groups.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { projectRoot } from '../settings.mjs';
import { fieldsOf } from './fields.mjs';

const TITLES = new Map([['auth', 'Accounts'], ['calendar', 'Calendars'], ['company', 'Companies'], ['email', 'Mail'], ['feature', 'Features'], ['session', 'Sessions'], ['specialist', 'Specialists'], ['jobs', 'Jobs']]);
/** A path item has parameters and the like beside its operations. */
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * @typedef {{ method: string, path: string, id: string, group: string, summary: string, description: string, caller: Caller,
 *   takes: Field[], answers: { status: number, fields: Field[] }[], refusals: Refusal[] }} Operation
 * @typedef {'everybody' | 'person' | 'jobs'} Caller
 * @typedef {import('./fields.mjs').Field} Field @typedef {import('./comments.mjs').Refusal} Refusal
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
      const { operationId, summary = '', description = '', security = document.security ?? [], parameters = [], requestBody, responses } = item[method];
      const inBody = fieldsOf(document, bodyOf(requestBody));
      const told = parameters.filter((/** @type {any} */ one) => !(requestBody && one.in === 'header'));
      const inQuery = told.map((/** @type {any} */ one) => fieldsOf(document, { properties: { [one.name]: { ...one.schema, description: one.description } }, required: one.required ? [one.name] : [] })).flat();
      const caller = callerOf(security);
      const word = caller === 'jobs' ? 'jobs' : at.split(/[/-]/)[1];
      return { method, path: at, id: operationId, group: TITLES.get(word) ?? word, summary, description, caller, takes: [...inQuery, ...inBody], ...answersOf(document, responses) };
    }),
  );
}

/** What every operation may refuse, which none repeats. @param {Operation[]} operations @returns {Refusal[]} */
export function refusedByAll(operations) {
  const lists = operations.filter(({ method }) => method === 'post').map(({ refusals }) => refusals);
  return (lists[0] ?? []).filter((one) => lists.every((list) => list.some((other) => isSame(one, other))));
}

/** @param {Refusal} one @param {Refusal} other */
export const isSame = (one, other) => one.code === other.code && one.status === other.status;

/** @param {any} document @param {Record<string, any>} responses by status */
function answersOf(document, responses) {
  const all = Object.entries(responses).map(([status, response]) => ({ status: Number(status), response }));
  return {
    answers: all.filter(({ status }) => status < 400).map(({ status, response }) => ({ status, fields: fieldsOf(document, bodyOf(response)) })),
    refusals: all.filter(({ status }) => status >= 400).flatMap(({ status, response }) =>
      [...response.description.matchAll(/`([a-z_]+)`/g)].map(([, code]) => ({ code, status, remark: '' }))),
  };
}

/** @param {any} holder of a body @returns {any} its schema */
const bodyOf = (holder) => holder?.content?.['application/json']?.schema ?? {};

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
