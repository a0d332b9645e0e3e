// @ts-check
// Prints client/src/generated/functions.ts, made from the description of the edge functions: `cargo xtask contract` runs it.
//
//   node client/generate/functions.mjs openapi.json
import { readFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';
import { comment, key, pascal, unionIn } from './typescript.mjs';

const HEADER = '// Generated from openapi.json by client/generate/functions.mjs. Do not edit: `cargo xtask contract` writes it.\n\n';

/** @typedef {{ path: string, method: string, operation: any }} Operation */

/** Jobs, services, mail programs, calendars and providers of OpenFeature call the others. @param {any} description @returns {Operation[]} */
function operationsOfClients(description) {
  const all = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path: path.slice(1), method, operation })));
  return all.filter(({ operation }) =>
    !operation.security.some((/** @type {object} */ schemes) => 'cron' in schemes || 'signature' in schemes) &&
    !('304' in operation.responses) &&
    'application/json' in (operation.requestBody?.content ?? { 'application/json': null }) &&
    Object.entries(operation.responses).some(([status, { content }]) => status.startsWith('2') && 'application/json' in (content ?? {})));
}

/** @param {Operation} one */
const queryName = ({ path }) => `${pascal(path.replace(/[^a-z]+/g, '_'))}Query`;

/** The parameters of a query as one schema. @param {Operation} one */
function querySchema({ operation }) {
  const properties = operation.parameters.map((/** @type {any} */ { name, description, schema }) => [name, { ...schema, description }]);
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) };
}

/** @param {Operation} one */
const bodySchema = ({ operation }) => operation.requestBody?.content['application/json'].schema;

/** @param {Operation} one */
function answerSchema({ operation }) {
  const [status] = Object.keys(operation.responses).filter((code) => code.startsWith('2'));
  return operation.responses[status ?? ''].content['application/json'].schema;
}

/** @param {Operation} one @returns {string[]} */
function codesOf({ operation }) {
  return Object.values(operation.responses).flatMap((response) => response.content['application/problem+json']?.schema.allOf[1].properties.code.enum ?? []);
}

/** @param {{ $ref: string }} schema */
const nameOf = ({ $ref }) => $ref.slice($ref.lastIndexOf('/') + 1);

/** @param {Operation} one */
function functionType(one) {
  const { summary, description } = one.operation;
  return `${comment(`${summary}.\n\n${description}`, '  ')}  ${key(one.path)}: {
    body: Schemas['${bodySchema(one) ? nameOf(bodySchema(one)) : queryName(one)}'];
    answer: Schemas['${nameOf(answerSchema(one))}'];
    errors:${unionIn(codesOf(one), '      ')};
  };`;
}

/** The schemas that are named, and those that they name. @param {Record<string, any>} schemas @param {string[]} names */
function reachable(schemas, names) {
  const found = new Set();
  for (const left = [...names]; left.length > 0;) {
    const name = /** @type {string} */ (left.pop());
    if (found.has(name)) continue;
    found.add(name);
    left.push(...[...JSON.stringify(schemas[name]).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, next]) => /** @type {string} */ (next)));
  }
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => found.has(name)));
}

/** Members of an answer that only some codes have. @param {any} problem */
function members(problem) {
  const named = Object.entries(problem.properties).flatMap(([member, schema]) => (schema['x-codes'] ?? []).map((/** @type {string} */ code) => `  ${code}: '${member}',\n`));
  return `/** What an error of a code tells beside itself. */\nexport const MEMBERS = {\n${named.sort().join('')}} as const;\n\n`;
}

const description = JSON.parse(await readFile(process.argv[2] ?? 'openapi.json', 'utf8'));
const operations = operationsOfClients(description);
const queries = operations.filter((one) => !bodySchema(one));
const schemas = { ...description.components.schemas, ...Object.fromEntries(queries.map((one) => [queryName(one), querySchema(one)])) };
const roots = operations.flatMap((one) => [bodySchema(one) ? nameOf(bodySchema(one)) : queryName(one), nameOf(answerSchema(one))]);
const only = { openapi: description.openapi, info: description.info, paths: {}, components: { schemas: reachable(schemas, ['Problem', ...roots]) } };
const types = astToString(await openapiTS(/** @type {any} */ (only), { defaultNonNullable: false, alphabetize: true }));
// Of the rest, which is about paths, nothing is left.
const components = /export interface components \{[^]*?\n\}\n/.exec(types)?.[0];
if (!components) throw new Error('openapi-typescript writes no components any more');
process.stdout.write(
  `${HEADER}/** Edge functions that clients call, by their path. */\nexport interface Functions {\n${operations.map(functionType).join('\n')}\n}\n\n` +
  `/** Those that are asked with GET, and their body in the query. */\nexport const QUERIES: readonly string[] = [${queries.map(({ path }) => `'${path}'`).join(', ')}];\n\n` +
  `${members(description.components.schemas.Problem)}export type Schemas = components['schemas'];\n\n${components}`,
);
