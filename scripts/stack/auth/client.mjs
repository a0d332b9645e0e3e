// @ts-check
// Whose device a session is on: Auth writes the client's address and user agent into auth.sessions
// when it makes a session, and anew at every refresh. @supabase/lite leaves both empty.
import { AsyncLocalStorage } from 'node:async_hooks';
import { isIP } from 'node:net';

/**
 * @typedef {{ ip: string | null, userAgent: string | null }} Client
 * @typedef {{ kind: string, [part: string]: any }} Node a node of Kysely's syntax tree
 */

/** @type {AsyncLocalStorage<Client>} */
const current = new AsyncLocalStorage();

/** @template T @param {Client} client @param {() => T} work */
export function onBehalfOf(client, work) {
  return current.run(client, work);
}

/**
 * The first address in Sb-Forwarded-For, else in X-Forwarded-For, else the connection's: Auth's own rule. What is in
 * these headers on the platform is decided by its proxies.
 * @param {import('../web.mjs').Incoming} incoming @returns {Client}
 */
export function clientOf(incoming) {
  const ip = firstAddress(incoming.headers['sb-forwarded-for']) ?? firstAddress(incoming.headers['x-forwarded-for']) ?? incoming.socket.remoteAddress ?? null;
  return { ip: ip?.replace(/^::ffff:(?=\d+\.)/, '') ?? null, userAgent: incoming.headers['user-agent'] || null };
}

/** @param {string | string[] | undefined} header */
function firstAddress(header) {
  return String(header ?? '').split(',').map((one) => one.trim()).find((one) => isIP(one));
}

/** @param {{ kysely: any }} connection lite's connection to the database */
export function keepClientOfSessions(connection) {
  connection.kysely = connection.kysely.withPlugin({
    transformQuery: (/** @type {{ node: Node }} */ { node }) => withClient(node, current.getStore()),
    transformResult: async (/** @type {{ result: unknown }} */ { result }) => result,
  });
}

/** @param {Node} node @param {Client | undefined} client @returns {Node} */
export function withClient(node, client) {
  if (!client) return node;
  const values = /** @type {Record<string, unknown>} */ ({ ip: client.ip, user_agent: client.userAgent });
  if (node.kind === 'InsertQueryNode' && isSessions(node.into)) return insertOf(node, values);
  // Of all columns of a session, Auth only ever changes these at a refresh.
  if (node.kind === 'UpdateQueryNode' && isSessions(node.table) && changes(node, 'refreshed_at')) return updateOf(node, values);
  return node;
}

/** @param {Node | undefined} table */
function isSessions(table) {
  const name = table?.table;
  return name?.schema?.name === 'auth' && name?.identifier?.name === 'sessions';
}

/** @param {Node} node @param {string} column */
function changes(node, column) {
  return node.updates.some((/** @type {Node} */ update) => update.column.column.name === column);
}

/** @param {Node} node @param {Record<string, unknown>} values */
function insertOf(node, values) {
  const names = node.columns.map((/** @type {Node} */ column) => column.column.name);
  const rows = node.values.values.map((/** @type {Node} */ row) => ({
    ...row,
    values: row.values.map((/** @type {any} */ value, /** @type {number} */ i) => {
      if (!(names[i] in values)) return value;
      return row.kind === 'PrimitiveValueListNode' ? values[names[i]] : valueNode(values[names[i]]);
    }),
  }));
  return { ...node, values: { ...node.values, values: rows } };
}

/** @param {Node} node @param {Record<string, unknown>} values */
function updateOf(node, values) {
  const more = Object.entries(values).map(([name, value]) => ({
    kind: 'ColumnUpdateNode',
    column: { kind: 'ColumnNode', column: { kind: 'IdentifierNode', name } },
    value: valueNode(value),
  }));
  return { ...node, updates: [...node.updates, ...more] };
}

/** @param {unknown} value */
function valueNode(value) {
  return { kind: 'ValueNode', value };
}
