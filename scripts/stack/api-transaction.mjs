// @ts-check
// One request to the Data API is one transaction, as PostgREST runs it: what the request is allowed
// and who it is stand in settings of the transaction, a function that the project names is asked first,
// reading is READ ONLY, and an answer that is an error leaves nothing. @supabase/lite commits what it refuses, and tells tables nothing of a request.
// The platform's safeupdate is not packaged by Debian: a change without a filter is refused here, and
// supabase/tests/safe-updates.mjs looks for one in the bodies of functions.
// The order of the settings: PostgREST's Query/PreQuery.hs. The modes: Plan.hs.
import { AsyncLocalStorage } from 'node:async_hooks';
import { blindAnswer, databaseErrorAnswer } from './api-errors.mjs';

/** @typedef {import('./api-cancel.mjs').Canceller} Canceller */

/**
 * @typedef {{ came: Request, request: Request, maxAffected: number | null, isBlind: boolean }} Served
 *   `came`: as it came, whose signal is asked: that of a copy is deaf once Node has collected what it was made of;
 *   `isBlind`: the catalogue could not be read
 * @typedef {{ auth?: { role?: string, jwt?: Record<string, unknown> | null } }} Caller
 * @typedef {(database: any) => Promise<Response>} Work what lite does, given Kysely's transaction
 */

/** @type {AsyncLocalStorage<Served>} */
const current = new AsyncLocalStorage();

class RolledBack extends Error {
  /** @param {Response} answer */
  constructor(answer) {
    super('rolled back');
    this.answer = answer;
  }
}

/**
 * What lite must not see of a request: the wish to roll back, which PostgREST ignores, and
 * max-affected, which lite checks by a count beforehand and PostgREST after the change.
 * @param {Request} request @param {(request: Request) => Promise<Response>} next
 */
export async function serveInTransaction(request, next) {
  const preferences = (request.headers.get('prefer') ?? '').split(',').map((one) => one.trim()).filter(Boolean);
  const limit = preferences.find((one) => /^max-affected=\d+$/.test(one))?.split('=')[1];
  const strict = preferences.find((one) => one.startsWith('handling=')) === 'handling=strict';
  const kept = preferences.filter((one) => !/^(tx|max-affected)=/.test(one));
  const headers = new Headers(request.headers);
  headers.delete('prefer');
  if (kept.length > 0) headers.set('prefer', kept.join(', '));
  const passed = await withoutEmptyList(request, headers);
  /** @type {Served} */
  const served = { came: request, request: passed, maxAffected: strict && limit ? Number(limit) : null, isBlind: false };
  const answer = await current.run(served, () => next(passed));
  return served.isBlind ? blindAnswer() : answer;
}

/** No arguments, in PostgREST's reading; lite calls nothing. @param {Request} request @param {Headers} headers */
async function withoutEmptyList(request, headers) {
  if (headers.get('content-length') !== '2' || !isCall(request)) return new Request(request, { headers });
  const body = await request.text();
  return new Request(request.url, { method: request.method, headers, body: body === '[]' ? '{}' : body });
}

/** @param {{ url: string }} request */
function isCall({ url }) {
  return new URL(url).pathname.includes('/rpc/');
}

/** @param {string} url */
function calledName(url) {
  return decodeURIComponent(new URL(url).pathname.match(/\/rpc\/([^/]+)/)?.[1] ?? '');
}

/**
 * @param {any} connection lite's @param {{ schemas: string[], extraSearchPath: string[] }} api
 * @param {Canceller} canceller ends the statements of callers who are gone
 */
export function runAsPostgrest(connection, api, canceller) {
  const { introspect } = connection;
  connection.introspect = async (/** @type {unknown} */ options) => {
    const found = await introspect(options);
    if (found.timezones) return found;
    // lite hides that it failed, and would answer as if there were no table.
    const served = current.getStore();
    if (served) served.isBlind = true;
    throw new Error('The catalogue could not be read');
  };
  connection.withContext = async (/** @type {Caller} */ caller, /** @type {Work} */ work) => {
    const served = /** @type {Served} */ (current.getStore());
    const role = caller?.auth?.role ?? 'anon';
    const readOnly = await readsOnly(served.request);
    try {
      return await connection.kysely.transaction().execute(async (/** @type {any} */ transaction) => {
        served.came.signal.throwIfAborted();
        const process = await enter(transaction, { ...served, role, claims: caller?.auth?.jwt ?? {}, readOnly });
        return canceller.whileWaitedFor(served.came.signal, process, () => serve(transaction, served, work));
      });
    } catch (error) {
      if (served.came.signal.aborted) return Response.json({ message: 'The caller is gone' }, { status: 499 });
      if (error instanceof RolledBack) return error.answer;
      const answer = databaseErrorAnswer(error, { isPerson: role !== 'anon' });
      if (!answer) throw error;
      console.error(error);
      return answer;
    }
  };

  /** @param {any} transaction @param {Served} served @param {Work} work */
  async function serve(transaction, served, work) {
    if (served.maxAffected !== null && isCall(served.request)) await requireRows(transaction, served.request);
    const changes = new Changes();
    const answer = await work(transaction.withPlugin(changes));
    const excess = await exceeded(served, answer, changes);
    if (excess) throw new RolledBack(excess);
    if (answer.status >= 400 && !(await isChosen(transaction))) throw new RolledBack(answer);
    return answer;
  }

  /** Rows that are affected are those that a function returns, so it has to return a set. @param {any} transaction @param {Request} request */
  async function requireRows(transaction, { url, headers }) {
    const schema = headers.get('content-profile') ?? api.schemas[0];
    const [{ all }] = await query(transaction, 'select bool_and(proretset) as all from pg_proc where proname = $1 and pronamespace = to_regnamespace($2)', [calledName(url), schema]);
    if (all !== false) return;
    const message = 'Function must return SETOF or TABLE when max-affected preference is used with handling=strict';
    throw new RolledBack(Response.json({ code: 'PGRST128', details: null, hint: null, message }, { status: 400 }));
  }

  /** A function that promises to write nothing is held to it, also when it is called by POST. @param {Request} request */
  async function readsOnly({ method, url, headers }) {
    if (method === 'GET' || method === 'HEAD') return true;
    const name = calledName(url);
    if (!name) return false;
    const schema = headers.get('content-profile') ?? api.schemas[0];
    const { functions } = await connection.introspect({ useCache: true });
    const named = functions.filter((/** @type {any} */ one) => one.schema === schema && one.name === name);
    return named.length > 0 && named.every((/** @type {any} */ one) => one.volatility !== 'v');
  }

  /**
   * @param {any} transaction
   * @param {{ request: Request, role: string, claims: Record<string, unknown>, readOnly: boolean }} who
   * @returns {Promise<number>} the process of the server that works for it
   */
  async function enter(transaction, { request, role, claims, readOnly }) {
    const { cookie: _, ...headers } = Object.fromEntries(request.headers);
    const schema = request.headers.get('content-profile') ?? request.headers.get('accept-profile') ?? api.schemas[0];
    const settings = Object.entries({
      search_path: [schema, ...api.extraSearchPath].map(quoted).join(', '),
      role,
      'request.jwt.claims': JSON.stringify({ ...claims, role }),
      'request.method': request.method,
      'request.path': new URL(request.url).pathname.replace(/^\/rest\/v1/, ''),
      'request.headers': JSON.stringify(headers),
      'response.status': '',
      'response.headers': '',
      ...(readOnly ? { transaction_read_only: 'on' } : {}),
    });
    // The limits of the role come with it by a login alone.
    await query(transaction, `
      select set_config(split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1), true)
      from pg_db_role_setting s, unnest(s.setconfig) setting
      where s.setrole = to_regrole($1) and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))`, [`"${role}"`]);
    const calls = settings.map((_, i) => `set_config($${2 * i + 1}, $${2 * i + 2}, true)`);
    const [{ process, hook }] = await query(transaction, `
      select ${calls.join(', ')}, pg_backend_pid() as process, (
        select split_part(setting, '=', 2) from pg_db_role_setting s, unnest(s.setconfig) setting
        where s.setrole = 'authenticator'::regrole and setting like 'pgrst.db_pre_request=%') as hook`, settings.flat());
    if (hook) await query(transaction, `select ${hook.split('.').map(quoted).join('.')}()`);
    return process;
  }
}

/** @param {any} transaction @param {string} text @param {unknown[]} parameters */
async function query(transaction, text, parameters = []) {
  return (await transaction.executeQuery({ sql: text, parameters, query: { kind: 'RawNode' } })).rows;
}

/** @param {string} name */
function quoted(name) {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Whether the function set the status itself; then it is no error. @param {any} transaction */
async function isChosen(transaction) {
  const [{ status }] = await query(transaction, "select current_setting('response.status', true) as status");
  return Boolean(status);
}

/** @param {Served} served @param {Response} answer @param {Changes} changes */
async function exceeded({ request, maxAffected }, answer, changes) {
  if (maxAffected === null || !answer.ok) return null;
  // New rows are not counted.
  if (request.method === 'POST' && !isCall(request)) return null;
  const rows = isCall(request) ? await rowsIn(answer.clone()) : changes.rows;
  if (rows <= maxAffected) return null;
  const body = { code: 'PGRST124', details: `The query affects ${rows} rows`, hint: null, message: 'Query result exceeds max-affected preference constraint' };
  return Response.json(body, { status: 400 });
}

/** @param {Response} answer */
async function rowsIn(answer) {
  const text = await answer.text();
  const body = text ? JSON.parse(text) : null;
  return Array.isArray(body) ? body.length : 0;
}

/** What the statements of a transaction change: counted, and held to safeupdate's rule. A plugin of Kysely. */
class Changes {
  rows = 0;

  /** @param {{ node: { kind: string, where?: unknown } }} args */
  transformQuery({ node }) {
    const verb = { UpdateQueryNode: 'UPDATE', DeleteQueryNode: 'DELETE' }[node.kind];
    if (verb && !node.where) throw Object.assign(new Error(`${verb} requires a WHERE clause`), { name: 'PostgresError', severity: 'ERROR', code: '21000' });
    return node;
  }

  /** @param {{ result: { numAffectedRows?: bigint } }} args */
  async transformResult({ result }) {
    this.rows += Number(result.numAffectedRows ?? 0);
    return result;
  }
}
