// @ts-check
// What the forge's workflows may do with secrets: reach the step that needs them, and no code of others. And what they test.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { wantedVersion } from '../../scripts/stack/postgres.mjs';
import { root } from '../suite/root.mjs';
import { stages } from '../suite/stages.mjs';

/** @typedef {{ uses?: string, run?: string, env?: Record<string, string>, with?: Record<string, unknown> }} WorkflowStep */
/** @typedef {{ steps?: WorkflowStep[], environment?: unknown, permissions?: unknown, uses?: string, env?: Record<string, string>, strategy?: { matrix?: Record<string, unknown> } }} Job */
/** @typedef {{ permissions?: unknown, on?: Record<string, unknown>, jobs: Record<string, Job> }} Workflow */

const folder = path.join(root, '.github/workflows');
const texts = readdirSync(folder).map((name) => ({ name, text: readFileSync(path.join(folder, name), 'utf8') }));

const SECRET = /\bsecrets\b|\bgithub\.token\b/;
// The commands that may have secrets: the CLI of the lock file, and our script, which builds nothing.
const TRUSTED = /^(npx --no-install supabase link "\$[A-Z]+_PROJECT_REF"|\.\/scripts\/deploy --environment [a-z]+ --built)$/;
const PINNED = /^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/;

/** Every string in the document that names a secret, by its place. @param {unknown} node @param {string} [place] @returns {string[]} */
function placesOfSecrets(node, place = '') {
  if (typeof node === 'string') return SECRET.test(node) ? [place] : [];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => [
    ...(name === 'secrets' ? [`${place}/${name}`] : []),
    ...placesOfSecrets(value, `${place}/${name}`),
  ]);
}

/** @param {Job} job */
const hasSecrets = (job) => Boolean(job.environment) || placesOfSecrets(job).length > 0;

/** What is wrong with a workflow. @param {string} text @returns {string[]} */
function faults(text) {
  const workflow = /** @type {Workflow} */ (parse(text));
  const found = [];
  if (JSON.stringify(workflow.permissions) !== '{"contents":"read"}') found.push('more than reading is permitted');
  if (workflow.on && 'pull_request_target' in workflow.on) found.push('a stranger\'s pull request runs with secrets');
  for (const place of placesOfSecrets(workflow)) {
    if (!/^\/jobs\/[\w-]+\/steps\/\d+\/env\/\w+$/.test(place)) found.push(`a secret for more than a step: ${place}`);
  }
  if (text.includes('CRON_SECRET_KEY')) found.push('the cron key is here, and belongs into the vault and the functions');
  for (const [name, job] of Object.entries(workflow.jobs)) found.push(...faultsOfJob(job).map((fault) => `${name}: ${fault}`));
  for (const action of text.match(/(?<=uses: ).*/g) ?? []) {
    if (!/^\S+ # v\d+\.\d+\.\d+$/.test(action)) found.push(`no version beside ${action}`);
  }
  return found;
}

/** @param {Job} job @returns {string[]} */
function faultsOfJob(job) {
  const found = [];
  if (job.permissions) found.push('permissions of its own');
  for (const { uses, run, env, with: inputs } of [job, ...(job.steps ?? [])].map((one) => /** @type {WorkflowStep} */ (one))) {
    if (uses && !PINNED.test(uses)) found.push(`not pinned: ${uses}`);
    if (uses?.startsWith('actions/checkout@') && inputs?.['persist-credentials'] !== false) found.push('the forge\'s token stays in the tree');
    if (run?.includes('${{')) found.push(`a value becomes part of a command: ${run}`);
    if (env && (uses || run) && placesOfSecrets(env).length > 0 && !TRUSTED.test(run ?? '')) found.push(`secrets for ${run ?? uses}`);
    if (run && hasSecrets(job) && !TRUSTED.test(run) && run !== 'npm ci --ignore-scripts') found.push(`beside secrets: ${run}`);
    if (hasSecrets(job) && inputs && 'cache' in inputs) found.push('a cache that others write to');
  }
  return found;
}

for (const { name, text } of texts) {
  test(`${name} keeps every rule`, () => {
    assert.deepEqual(faults(text), []);
  });
}

test('what is deployed was built by a job without secrets', () => {
  const { jobs } = /** @type {Workflow} */ (parse(texts.find(({ name }) => name === 'deploy.yml')?.text ?? ''));
  assert.deepEqual(Object.keys(jobs).filter((name) => hasSecrets(jobs[name])), ['staging', 'production']);
  /** @param {string} name @param {string} action */
  const artefact = (name, action) => jobs[name].steps?.find(({ uses }) => uses?.startsWith(`actions/${action}@`))?.with;
  assert.ok(jobs.build.steps?.some(({ run }) => run?.startsWith('./scripts/build')));
  assert.deepEqual(artefact('build', 'upload-artifact'), {
    name: 'functions', path: 'supabase/functions/*/build', 'if-no-files-found': 'error',
  });
  for (const name of ['staging', 'production']) {
    assert.deepEqual(artefact(name, 'download-artifact'), { name: 'functions', path: 'supabase/functions' });
  }
});

test('the database is tested on the oldest PostgreSQL and on that of hosted projects, and says if it is another', async () => {
  const { jobs } = /** @type {Workflow} */ (parse(texts.find(({ name }) => name === 'ci.yml')?.text ?? ''));
  const { strategy, env, steps } = jobs.database;
  const hosted = await wantedVersion();
  assert.deepEqual(strategy?.matrix, { postgres: [15, Number(hosted)] });
  assert.deepEqual(env, { STACK_POSTGRES: '/usr/lib/postgresql/${{ matrix.postgres }}', EXPECT_POSTGRES: '${{ matrix.postgres }}' });
  const commands = (/** @type {WorkflowStep[] | undefined} */ ones) => ones?.flatMap(({ run }) => run ?? []);
  assert.deepEqual(commands(steps), ['.ci/postgres "$EXPECT_POSTGRES"', './scripts/test --only database']);
  assert.deepEqual(commands(jobs.test.steps), [`.ci/postgres ${hosted}`, '.ci/run']);
  for (const name of ['database', `database-${hosted}`]) assert.ok(stages.some((stage) => stage.name === name), name);
});

test('an action has the same commit everywhere', () => {
  const pins = texts.flatMap(({ text }) => text.match(/(?<=uses: ).*/g) ?? []);
  const byAction = new Map(pins.map((pin) => [pin.split('@')[0], pin]));
  assert.ok(byAction.size >= 5);
  for (const pin of pins) assert.equal(pin, byAction.get(pin.split('@')[0]));
});

describe('a workflow is refused', () => {
  const good = texts.find(({ name }) => name === 'deploy.yml')?.text ?? '';
  /** @type {[string, string | RegExp, string, RegExp][]} */
  const changes = [
    ['with an action by its tag', /@[0-9a-f]{40} # v4\.\d+\.\d+/, '@v4', /not pinned: actions\/checkout@v4/],
    ['with an action of no version', / # v4\.\d+\.\d+/, '', /no version beside/],
    ['with a secret for a whole job', 'environment: staging\n    env:', 'environment: staging\n    env:\n      A: ${{ secrets.A }}', /more than a step: \/jobs\/staging\/env\/A/],
    ['with a secret for all jobs', 'jobs:\n', 'env:\n  A: ${{ secrets.A }}\njobs:\n', /more than a step: \/env\/A/],
    ['with all secrets at once', 'name: functions', 'name: ${{ toJSON(secrets) }}', /more than a step/],
    ['with a secret where packages run scripts', 'run: ./scripts/build --check-size', 'run: ./scripts/build\n        env:\n          A: ${{ secrets.A }}', /build: secrets for \.\/scripts\/build/],
    ['that builds beside secrets', 'npm ci --ignore-scripts', 'npm ci', /staging: beside secrets: npm ci/],
    ['that deploys what it compiles there', ' --built', '', /beside secrets: \.\/scripts\/deploy --environment staging/],
    ['that may write', 'contents: read', 'contents: write', /more than reading/],
    ['of which a job may write', 'needs: build', 'needs: build\n    permissions: write-all', /permissions of its own/],
    ['that leaves the token in the tree', 'persist-credentials: false', 'fetch-depth: 1', /token stays/],
    ['that a stranger can start', 'workflow_run:', 'pull_request_target:', /stranger/],
    ['that puts a value into a command', '"$STAGING_PROJECT_REF"', '${{ vars.STAGING_PROJECT_REF }}', /becomes part of a command/],
    ['that has the cron key', 'SUPABASE_DB_PASSWORD:', 'CRON_SECRET_KEY:', /cron key/],
  ];
  for (const [what, before, after, fault] of changes) {
    test(what, () => {
      const changed = good.replace(before, after);
      assert.notEqual(changed, good);
      assert.match(faults(changed).join('\n'), fault);
    });
  }
});
