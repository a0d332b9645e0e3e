// @ts-check
// For tests: one service of @supabase/lite as a process of its own, as a real one is. It makes its tables itself, as the
// role that it is given, and answers on its own root:
//   node lite-service.mjs auth | storage | rest
import http from 'node:http';
import { readConfig } from '../config.mjs';
import { createKeyring } from '../keys.mjs';
import { connect } from '../connection.mjs';
import { schemaOf } from '../platform.mjs';
import { createServices } from '../services.mjs';
import { sendJson, sendResponse, toRequest } from '../web.mjs';

const NAMES = /** @type {const} */ (['auth', 'storage', 'rest']);
const name = NAMES.find((one) => one === process.argv[2]) ?? 'rest';
const health = { auth: '/health', storage: '/status', rest: '/' }[name];
const { env } = process;
const database = new URL(env.DATABASE_URL ?? env.PGRST_DB_URI ?? '');
const port = Number(env.SERVER_PORT ?? env.PGRST_SERVER_PORT ?? env.PORT);

await makeTables();
const secrets = /** @type {import('../secrets.mjs').Secrets} */ ({
  // lite looks up what there is as the owner, whose password is everybody's.
  passwords: { postgres: 'postgres', [database.username]: database.password },
  jwtSecret: env.AUTH_JWT_SECRET ?? env.GOTRUE_JWT_SECRET ?? env.PGRST_JWT_SECRET,
  // Keys are the gateway's: a service knows nothing but JWTs.
  publishableKey: 'sb_none', secretKey: 'sb_none',
});
const keyring = createKeyring(secrets);
const service = createServices({
  port: Number(database.port), secrets, keyring, siteUrl: 'http://127.0.0.1', directory: env.STORAGE_FILE_BACKEND_PATH ?? '/nowhere',
  config: await readConfig(), real: NAMES.filter((one) => one !== name),
})[name];
if (!service) throw new Error(`no service ${name}`);

http.createServer(async (incoming, outgoing) => {
  if (incoming.url === health && !incoming.headers.authorization) return sendJson(outgoing, 200, {});
  const request = toRequest(incoming, `http://127.0.0.1:${port}`);
  const headers = new Headers(request.headers);
  const bearer = /^Bearer (\S+)$/.exec(headers.get('authorization') ?? '')?.[1] ?? '';
  // lite takes a role that is nobody's from the key alone.
  headers.set('apikey', keyring.resolve(bearer) ? bearer : keyring.roleTokens.anon);
  const url = `http://127.0.0.1:${port}/${name}/v1${incoming.url}`;
  const whole = new Request(url, /** @type {any} */ ({ method: request.method, headers, body: request.body, duplex: 'half' }));
  await sendResponse(await service.fetch(whole), outgoing);
}).listen(port, '127.0.0.1');

/** Where an earlier start has not. */
async function makeTables() {
  if (name === 'rest') return;
  const sql = connect(database.href);
  const [{ made }] = await sql`select to_regclass(${{ auth: 'auth.users', storage: 'storage.objects' }[name]}) is not null as made`;
  if (!made) await sql.unsafe(await schemaOf(name));
  await sql.end();
}
