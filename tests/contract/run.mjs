// @ts-check
// A short schemathesis run of openapi.json against the running platform, through its gateway.
//
//   node tests/contract/run.mjs public|person|cron [--examples N]
//
// Once with the key that a frontend has, once as somebody who has signed in, and once with the key pg_cron has.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'smol-toml';
import { sql } from '../end-to-end/platform/clients.mjs';
import { as } from '../end-to-end/platform/companies.mjs';
import { environment, root } from '../end-to-end/platform/environment.mjs';
import { signedIn } from '../end-to-end/platform/people.mjs';
import { schemathesis } from '../suite/tools.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { examples: { type: 'string', default: '40' }, seed: { type: 'string', default: '1' } },
});
const caller = positionals[0];
const document = path.join(root, 'openapi.json');
const { paths } = JSON.parse(readFileSync(document, 'utf8'));

/** The routes that take a credential. @param {'person' | 'cron'} scheme */
function pattern(scheme) {
  const routes = Object.keys(paths).filter((route) => JSON.stringify(paths[route]).includes(`"${scheme}"`));
  return `^(${routes.join('|')})$`;
}

/** @typedef {[Record<string, string>, ...string[]]} Selection headers, and which routes */

/** @type {Record<string, () => Promise<Selection> | Selection>} */
const callers = {
  public: () => [{ apikey: environment.publishableKey }, '--exclude-path-regex', pattern('cron')],
  person: async () => {
    const { authorization } = await as(await signedIn());
    return [{ apikey: environment.publishableKey, authorization }, '--include-path-regex', pattern('person')];
  },
  cron: () => [{ apikey: environment.cronKey }, '--include-path-regex', pattern('cron')],
};
if (!caller || !(caller in callers)) {
  console.error('usage: run.mjs public|person|cron');
  process.exit(2);
}

const [headers, ...selection] = await callers[caller]();
await sql.end();

/** The configuration with these headers, in a file: arguments show in the list of processes. @param {Record<string, string>} given */
function withHeaders(given) {
  const file = path.join(root, `target/schemathesis-${caller}.toml`);
  const rules = readFileSync(path.join(root, 'tests/contract/schemathesis.toml'), 'utf8');
  writeFileSync(file, `${stringify({ headers: given })}\n${rules}`, { mode: 0o600 });
  return file;
}

const { status } = spawnSync(
  await schemathesis(),
  [
    '--config-file',
    withHeaders({ ...headers, origin: environment.siteUrl }),
    'run',
    document,
    '--url',
    `${environment.url}/functions/v1`,
    ...selection,
    '--phases',
    'examples,coverage,fuzzing',
    '--max-examples',
    values.examples,
    '--seed',
    values.seed,
    '--generation-database',
    'none',
    '--no-color',
    '--suppress-health-check',
    'too_slow',
  ],
  { stdio: 'inherit', cwd: path.join(root, 'target') },
);
process.exit(status ?? 1);
