// @ts-check
// A short schemathesis run of openapi.json against the running platform, through its gateway.
//
//   node tests/contract/run.mjs public|cron [--examples N]
//
// Once with the key that a frontend has, and once with the one pg_cron has.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { environment, root } from '../end-to-end/platform/environment.mjs';
import { schemathesis } from '../suite/tools.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { examples: { type: 'string', default: '40' }, seed: { type: 'string', default: '1' } },
});
const caller = positionals[0];
const document = path.join(root, 'openapi.json');
const byCron = Object.keys(JSON.parse(readFileSync(document, 'utf8')).paths).filter((route) =>
  /-dispatch\b/.test(route),
);
const cronPattern = `^(${byCron.join('|')})$`;

const callers = {
  public: [`apikey:${environment.publishableKey}`, '--exclude-path-regex', cronPattern],
  cron: [`apikey:${environment.secretKeys.cron}`, '--include-path-regex', cronPattern],
};
if (caller !== 'public' && caller !== 'cron') {
  console.error('usage: run.mjs public|cron');
  process.exit(2);
}

const [key, ...selection] = callers[caller];
const { status } = spawnSync(
  await schemathesis(),
  [
    '--config-file',
    path.join(root, 'tests/contract/schemathesis.toml'),
    'run',
    document,
    '--url',
    `${environment.url}/functions/v1`,
    '--header',
    key,
    '--header',
    `Origin:${environment.siteUrl}`,
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
