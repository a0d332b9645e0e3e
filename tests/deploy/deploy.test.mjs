// @ts-check
// What scripts/deploy would do to a hosted project, by the commands it gives. The platform itself is not there.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { root } from '../suite/root.mjs';
import { Project, REF, secretsNamed } from './project.mjs';

const KEY = 'sb_secret_abcDEF_123';
const LIST = `supabase secrets list --remote=${REF} --output json`;
const DRY_PUSH = `supabase db push --remote=${REF} --dry-run`;
const PUSH = `supabase db push --remote=${REF} --yes`;
const ALPHA = `supabase functions deploy alpha --use-api --remote=${REF} --yes --no-verify-jwt`;
const BETA = `supabase functions deploy beta --use-api --remote=${REF} --yes`;
const VAULT = `supabase db query --remote=${REF} --file FILE --yes`;

/** @param {string} name */
const smoke = (name) =>
  'curl --silent --show-error --max-time 30 --retry 3 --output /dev/null --write-out %{http_code} ' +
  `--request OPTIONS https://${REF}.supabase.co/functions/v1/${name}`;

/** @type {Project} */
let project;
beforeEach(() => void (project = new Project()));
afterEach(() => project.remove());

/** One sentence on stderr, and nothing that changes a project. @param {ReturnType<Project['deploy']>} result @param {RegExp} sentence */
function assertRefused({ status, stderr }, sentence) {
  assert.equal(status, 1);
  assert.match(stderr, sentence);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
  assert.deepEqual(project.lines().filter((line) => line !== LIST), []);
}

describe('a deployment', () => {
  test('goes step by step, and each function has the verify_jwt of config.toml', () => {
    const result = project.deploy('--environment staging');
    assert.equal(result.status, 0, result.stderr);
    assert.deepEqual(project.lines(), [LIST, 'build', DRY_PUSH, PUSH, ALPHA, BETA, VAULT, smoke('alpha'), smoke('beta')]);
    assert.match(result.stdout, /^Deployed [0-9a-f]+ to staging \(abcdefghijklmnopqrst\)\.$/m);
  });

  test('tried dry, prints the same commands and gives none of them', () => {
    const { status, stdout } = project.deploy('--environment staging --dry-run', { CRON_SECRET_KEY: KEY });
    assert.equal(status, 0);
    assert.deepEqual(project.lines(), []);
    const printed = stdout.split('\n').filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
    assert.deepEqual(printed.map((line) => line.replace(/--file \S+/, '--file FILE')), [
      LIST, './scripts/build', DRY_PUSH, PUSH, ALPHA, BETA, VAULT,
      `curl --request OPTIONS https://${REF}.supabase.co/functions/v1/alpha`,
      `curl --request OPTIONS https://${REF}.supabase.co/functions/v1/beta`,
    ]);
  });

  test('sets secrets when asked, before the functions that need them', () => {
    const file = project.write('supabase/.temp/staging.env', 'TOKEN_KEYS=x\nSITE_URL=https://example.com\n');
    const env = { FAKE_SECRETS: secretsNamed('RESEND_API_KEY', 'MAIL_FROM', 'ALLOWED_ORIGINS') };
    const result = project.deploy(`--environment staging --secrets ${file}`, env);
    assert.equal(result.status, 0, result.stderr);
    const lines = project.lines();
    const set = lines.indexOf(`supabase secrets set --env-file FILE --remote=${REF} --yes`);
    assert.ok(set > lines.indexOf(PUSH) && set < lines.indexOf(ALPHA), lines.join('\n'));
  });

  test('seeds a preview and nothing else', () => {
    project.deploy('--environment preview');
    assert.ok(project.lines().includes(`supabase db push --remote=${REF} --include-seed --yes`));
    for (const environment of ['staging', 'production']) {
      const other = new Project();
      other.deploy(`--environment ${environment} --yes`);
      assert.ok(other.lines().includes(PUSH));
      other.remove();
    }
  });

  test('gives a preview no password that is published', () => {
    const config = readFileSync(path.join(root, 'supabase/config.toml'), 'utf8');
    assert.match(config, /^sql_paths = \["\.\/seed\.sql"\]$/m);
    const seed = readFileSync(path.join(root, 'supabase/seed.sql'), 'utf8');
    const hashed = [...seed.matchAll(/crypt\((.*?), extensions\.gen_salt/g)].map(([, what]) => what);
    assert.deepEqual(hashed, ["nullif(current_setting('demo.password', true), '')"]);
    assert.doesNotMatch(seed, /\$2[aby]\$|set_config|set demo/);
    project.deploy('--environment preview', { CRON_SECRET_KEY: KEY });
    assert.doesNotMatch(JSON.stringify(project.calls()), /demo\.password|evenkeel-demo/);
  });

  test('of functions only leaves the schema alone', () => {
    project.deploy('--environment staging --functions-only');
    assert.deepEqual(project.lines().filter((line) => line.startsWith('supabase db push')), []);
    assert.ok(project.lines().includes(ALPHA));
  });

  test('goes to production after the word, or with --yes', () => {
    assertRefused(project.deploy('--environment production', {}, 'no\n'), /not confirmed; nothing was done/);
    assert.equal(project.deploy('--environment production', {}, 'production\n').status, 0);
    assert.equal(project.deploy('--environment production --yes').status, 0);
  });
});

describe('the cron key', () => {
  test('goes into the vault by a file, and shows in no argument and no output', () => {
    const { status, stdout, stderr } = project.deploy('--environment staging', { CRON_SECRET_KEY: KEY });
    assert.equal(status, 0, stderr);
    const sql = project.calls().find((call) => call.line === VAULT)?.file ?? '';
    assert.ok(sql.includes(`('project_url', 'https://${REF}.supabase.co'), ('cron_secret_key', '${KEY}')`), sql);
    assert.ok(![stdout, stderr, ...project.lines()].join('\n').includes(KEY));
  });

  test('is only looked for where it is not given', () => {
    project.deploy('--environment staging');
    assert.match(project.calls().find((call) => call.line === VAULT)?.file ?? '', /is missing in the vault/);
  });

  test('of another form is refused', () => {
    const env = { CRON_SECRET_KEY: "x'; drop table bookings; --" };
    assertRefused(project.deploy('--environment staging', env), /CRON_SECRET_KEY is not a secret key/);
  });
});

describe('it refuses', () => {
  test('without an environment', () => {
    assertRefused(project.deploy('--dry-run'), /say where to: --environment/);
    assertRefused(project.deploy('--environment prod'), /say where to: --environment/);
  });

  test('an option it does not know', () => {
    assertRefused(project.deploy('--environment staging --force'), /unknown option --force/);
  });

  test('without the ref of the project', () => {
    assertRefused(project.deploy('--environment staging', { STAGING_PROJECT_REF: '' }), /STAGING_PROJECT_REF is not set/);
  });

  test('where another project is linked', () => {
    project.link('zzzzzzzzzzzzzzzzzzzz');
    assertRefused(project.deploy('--environment staging'), /the linked project is zzzzzzzzzzzzzzzzzzzz, not abcdefghijklmnopqrst/);
    assert.match(project.deploy('--environment staging --dry-run').stdout, /would refuse: the linked project/);
  });

  test('changes that are in no commit', () => {
    project.write('supabase/migrations/1_new.sql', 'select 1;');
    assertRefused(project.deploy('--environment staging'), /changes that are in no commit/);
  });

  test('where a secret of .env.example is not set, naming each', () => {
    const env = { FAKE_SECRETS: secretsNamed('RESEND_API_KEY', 'MAIL_FROM', 'SITE_URL') };
    assertRefused(project.deploy('--environment staging', env), /not set in abcdefghijklmnopqrst: TOKEN_KEYS ALLOWED_ORIGINS;/);
  });

  test('where the secrets cannot be listed', () => {
    assertRefused(project.deploy('--environment staging', { FAKE_FAILURE: 'secrets list' }), /could not be listed: set SUPABASE_ACCESS_TOKEN/);
  });

  test('a secrets file with a name of the platform', () => {
    const file = project.write('supabase/.temp/bad.env', 'SUPABASE_SECRET_KEYS={}\n');
    assertRefused(project.deploy(`--environment staging --secrets ${file}`), /sets SUPABASE_SECRET_KEYS; names with SUPABASE_/);
  });
});

describe('it stops', () => {
  for (const [failure, last] of /** @type {const} */ ([
    ['build', 'build'],
    ['db push', DRY_PUSH],
    ['deploy alpha', ALPHA],
    ['db query', VAULT],
  ])) {
    test(`after a failure of ${failure}`, () => {
      const { status, stderr } = project.deploy('--environment staging', { FAKE_FAILURE: failure });
      assert.equal(status, 1);
      assert.match(stderr, /that did not work, and nothing after it was done/);
      assert.equal(project.lines().at(-1), last);
    });
  }

  test('and says so when a function answers other than 204', () => {
    const { status, stderr } = project.deploy('--environment staging', { FAKE_STATUS: '500' });
    assert.equal(status, 1);
    assert.match(stderr, /alpha answers 500 instead of 204; its log names the secret/);
  });
});
