// @ts-check
// What scripts/deploy would do to a hosted project, by the commands it gives. The platform itself is not there.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { root } from '../suite/root.mjs';
import { ACCESS_TOKEN, CRON_KEY, Project, REF, authWith, dataApiWith, secretsNamed, secretsWithCronKey } from './project.mjs';

const LIST = `supabase secrets list --remote=${REF} --output json`;
const DRY_PUSH = `supabase db push --remote=${REF} --dry-run`;
const PUSH = `supabase db push --remote=${REF} --yes`;
const ALPHA = `supabase functions deploy alpha --use-api --remote=${REF} --yes --no-verify-jwt`;
const BETA = `supabase functions deploy beta --use-api --remote=${REF} --yes`;
const QUERY = `supabase db query --remote=${REF} --file FILE --output-format json --agent no --yes`;
const SET = `supabase secrets set --env-file FILE --remote=${REF} --yes`;
// The vault is made complete, its key compared, read, and given to the functions.
const CRON = [QUERY, QUERY, QUERY, SET];
// email-dispatch is called by the database, and its answer waited for.
const KICK = [QUERY, QUERY];
const AUTH = `curl --silent --show-error --fail --max-time 30 --retry 3 --config - https://api.supabase.com/v1/projects/${REF}/config/auth`;
const DATA_API = AUTH.replace('config/auth', 'postgrest');

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
    assert.deepEqual(project.lines(), [LIST, 'build', DRY_PUSH, PUSH, ...CRON, ALPHA, BETA, smoke('alpha'), smoke('beta'), ...KICK, AUTH, DATA_API]);
    assert.match(result.stdout, /^Deployed [0-9a-f]+ to staging \(abcdefghijklmnopqrst\)\.$/m);
  });

  test('tried dry, prints the same commands and gives none of them', () => {
    const { status, stdout } = project.deploy('--environment staging --dry-run');
    assert.equal(status, 0);
    assert.deepEqual(project.lines(), []);
    const printed = stdout.split('\n').filter((line) => line.startsWith('$ ')).map((line) => line.slice(2));
    assert.deepEqual(printed.map((line) => line.replace(/(--file|--env-file) \S+/, '$1 FILE')), [
      LIST, './scripts/build', DRY_PUSH, PUSH, ...CRON, ALPHA, BETA,
      `curl --request OPTIONS https://${REF}.supabase.co/functions/v1/alpha`,
      `curl --request OPTIONS https://${REF}.supabase.co/functions/v1/beta`, ...KICK, AUTH, DATA_API,
    ]);
  });

  test('sets secrets when asked, before the functions that need them', () => {
    const file = project.write('supabase/.temp/staging.env', 'TOKEN_KEYS=x\nNOTE_KEYS=x\nAUDIT_KEYS=x\nSITE_URL=https://example.com\n');
    const env = { FAKE_SECRETS: secretsNamed('RESEND_API_KEY', 'MAIL_FROM', 'SEND_EMAIL_HOOK_SECRETS', 'EMAIL_WEBHOOK_SECRETS', 'ALLOWED_ORIGINS') };
    const result = project.deploy(`--environment staging --secrets ${file}`, env);
    assert.equal(result.status, 0, result.stderr);
    const lines = project.lines();
    const set = lines.indexOf(SET);
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
    project.deploy('--environment preview');
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

describe('a migration that gets no lock', () => {
  const pushed = () => project.lines().filter((line) => line === PUSH || line.startsWith('sleep'));

  test('is tried again after a pause, and the deployment goes on', () => {
    const { status, stdout, stderr } = project.deploy('--environment staging', { FAKE_LOCKED: '2' });
    assert.equal(status, 0, stderr);
    assert.deepEqual(pushed(), [PUSH, 'sleep 10', PUSH, 'sleep 30', PUSH]);
    assert.match(stdout, /did not get its lock, and was rolled back; it is tried again in 10 seconds\./);
    assert.ok(project.lines().includes(ALPHA));
  });

  test('in five attempts ends the deployment, with one sentence that says what to do', () => {
    const { status, stderr } = project.deploy('--environment staging', { FAKE_LOCKED: '5' });
    assert.equal(status, 1);
    assert.deepEqual(pushed(), [PUSH, 'sleep 10', PUSH, 'sleep 30', PUSH, 'sleep 60', PUSH, 'sleep 120', PUSH]);
    assert.equal(project.lines().at(-1), PUSH);
    assert.match(stderr, /^error: a migration did not get its lock in five attempts: [^\n]*so deploy again\.\n$/);
    assert.match(readFileSync(path.join(root, 'docs/runbook.md'), 'utf8'), /^## A migration gets no lock$/m);
  });

  test('is not the same as a migration that is wrong, which is not tried again', () => {
    const { status, stderr } = project.deploy('--environment staging', { FAKE_FAILURE: `${PUSH.slice('supabase '.length)}` });
    assert.equal(status, 1);
    assert.deepEqual(pushed(), [PUSH]);
    assert.match(stderr, /apply them: that did not work, and nothing after it was done/);
  });
});

describe('the cron key', () => {
  const handedOver = () => project.calls().filter(({ line }) => line === SET).map(({ file }) => file);

  test('of the vault is given to functions that have none, before they are deployed', () => {
    const { status, stderr } = project.deploy('--environment staging');
    assert.equal(status, 0, stderr);
    assert.deepEqual(handedOver(), [`CRON_SECRET_KEY=${CRON_KEY}\n`]);
    assert.ok(project.lines().indexOf(SET) < project.lines().indexOf(ALPHA));
  });

  test('is given anew to functions that have another', () => {
    project.deploy('--environment staging', { FAKE_SECRETS: secretsWithCronKey('another') });
    assert.deepEqual(handedOver(), [`CRON_SECRET_KEY=${CRON_KEY}\n`]);
  });

  test('is not even read where the functions have it', () => {
    project.deploy('--environment staging', { FAKE_SECRETS: secretsWithCronKey(CRON_KEY) });
    assert.deepEqual(handedOver(), []);
    assert.deepEqual(project.lines().filter((line) => line === QUERY).length, 2 + KICK.length);
  });

  test('is in no argument, no output and nothing that is left behind', () => {
    const { stdout, stderr } = project.deploy('--environment staging');
    assert.ok(![stdout, stderr, ...project.lines()].join('\n').includes(CRON_KEY));
    const folder = /--env-file (\S+)\/cron\.env/.exec(stdout)?.[1] ?? assert.fail(stdout);
    assert.equal(existsSync(folder), false);
  });

  test('is rotated by one command that does nothing else', () => {
    const { status, stdout, stderr } = project.deploy('--environment staging --rotate-cron-key', {
      FAKE_SECRETS: secretsWithCronKey('the one before'),
    });
    assert.equal(status, 0, stderr);
    assert.deepEqual(project.lines(), [LIST, ...CRON]);
    assert.match(project.calls().find(({ line }) => line === QUERY)?.file ?? '', /elsif true then/);
    assert.match(stdout, /The cron key of staging \(abcdefghijklmnopqrst\) is a new one/);
  });

  test('stays as it is in every other deployment', () => {
    project.deploy('--environment staging');
    assert.match(project.calls().find(({ line }) => line === QUERY)?.file ?? '', /elsif false then/);
  });

  test('of production is rotated after the word, too', () => {
    assertRefused(project.deploy('--environment production --rotate-cron-key', {}, 'no\n'), /not confirmed; nothing was done/);
  });

  test('cannot be chosen', () => {
    const file = project.write('supabase/.temp/bad.env', 'CRON_SECRET_KEY=chosen\n');
    assertRefused(project.deploy(`--environment staging --secrets ${file}`), /sets CRON_SECRET_KEY, which is made in the project's vault/);
  });

  test('that opens more than jobs, or is none, is not given to the functions', () => {
    for (const kept of ['', 'short', 'sb_secret_0123456789abcdef0123456789abcdef', '0123456789abcdef\n0123456789abcdef']) {
      const { status, stderr } = project.deploy('--environment staging', { FAKE_CRON_KEY: kept });
      assert.equal(status, 1, kept);
      assert.match(stderr, /cron_secret_key in the vault is too short, or a key of the project; --rotate-cron-key makes another/);
      assert.deepEqual(handedOver(), []);
    }
  });
});

describe("Auth's settings", () => {
  /** @param {object} settings */
  const deployTo = (settings) => project.deploy('--environment staging', { FAKE_AUTH: authWith(settings) });

  test('are looked at last, with a token that only stdin has', () => {
    const { status, stdout, stderr } = project.deploy('--environment staging');
    assert.equal(status, 0, stderr);
    const last = project.calls().slice(-2);
    assert.deepEqual(last, [AUTH, DATA_API].map((line) => ({ line, file: `header = "Authorization: Bearer ${ACCESS_TOKEN}"\n` })));
    assert.ok(![stdout, stderr, ...project.lines()].join('\n').includes(ACCESS_TOKEN));
  });

  test('fail the deployment where its mails are not ours, are so few that they tell who has an account, or people get in past our rules', () => {
    for (const [settings, said] of /** @type {const} */ ([
      [{ hook_send_email_enabled: false }, /turn the hook "Send Email" on/],
      [{ hook_send_email_enabled: null, hook_send_email_uri: null }, /turn the hook "Send Email" on/],
      [{ hook_send_email_uri: 'https://elsewhere.example/functions/v1/mails' }, /the hook "Send Email" of Auth is not \/functions\/v1\/auth-send-email/],
      [{ hook_send_email_uri: 'https://anotherproject.supabase.co/functions/v1/auth-send-email' }, /is that of another project, anotherproject\.supabase\.co/],
      [{ rate_limit_email_sent: 2 }, /Auth stops at 2 mails an hour, which tells who has an account: make it 30000/],
      [{ rate_limit_email_sent: undefined }, /were not understood/],
      [{ disable_signup: false }, /Auth signs people up by itself, whatever their password/],
      [{ external_anonymous_users_enabled: true }, /Auth lets people in without an address/],
      [{ mailer_autoconfirm: true }, /Auth lets people in before their address is confirmed/],
      [{ password_min_length: 6 }, /Auth takes passwords of 6 characters: make it 12/],
      [{ refresh_token_rotation_enabled: false }, /Auth takes a refresh token again and again/],
      [{ mfa_totp_enroll_enabled: false }, /Auth offers no authenticator app/],
      [{ mfa_totp_verify_enabled: false }, /Auth offers no authenticator app/],
      [{ disable_signup: null }, /Auth signs people up by itself/],
      [{ password_min_length: null }, /Auth takes passwords of 6 characters/],
      ...['disable_signup', 'external_anonymous_users_enabled', 'mailer_autoconfirm', 'password_min_length', 'refresh_token_rotation_enabled', 'mfa_totp_enroll_enabled', 'mfa_totp_verify_enabled']
        .map((name) => /** @type {const} */ ([{ [name]: undefined }, /were not understood/])),
    ])) {
      const { status, stdout, stderr } = deployTo(settings);
      assert.equal(status, 1, JSON.stringify(settings));
      assert.match(stderr, said);
      assert.doesNotMatch(stdout, /^Deployed /m);
    }
    assert.equal(deployTo({ rate_limit_email_sent: 32_767 }).status, 0);
    assert.equal(deployTo({ external_anonymous_users_enabled: null, mailer_autoconfirm: null, refresh_token_rotation_enabled: null, mfa_totp_enroll_enabled: null }).status, 0);
  });

  test('that cannot be read fail it, too', () => {
    const { status, stderr } = project.deploy('--environment staging', { FAKE_FAILURE: 'config/auth' });
    assert.equal(status, 1);
    assert.match(stderr, /the settings of Auth could not be read/);
  });

  test('are left to whoever has no token in the environment, and that is said', () => {
    const { status, stdout } = project.deploy('--environment staging', { SUPABASE_ACCESS_TOKEN: '' });
    assert.equal(status, 0);
    assert.match(stdout, /^Not looked at: SUPABASE_ACCESS_TOKEN is not set/m);
    assert.ok(!project.lines().includes(AUTH));
  });
});

describe('the settings of the Data API', () => {
  test('fail the deployment where it shows another schema, such as that of GraphQL, or answers without end', () => {
    for (const [settings, said] of /** @type {const} */ ([
      [{ db_schema: 'public, graphql_public' }, /the Data API shows the schema graphql_public: leave public alone/],
      [{ db_schema: 'private' }, /the Data API shows the schema private/],
      [{ db_schema: undefined }, /were not understood/],
      [{ max_rows: 100_000 }, /the Data API answers up to 100000 rows: make it 1000/],
    ])) {
      const { status, stdout, stderr } = project.deploy('--environment staging', { FAKE_DATA_API: dataApiWith(settings) });
      assert.equal(status, 1, JSON.stringify(settings));
      assert.match(stderr, said);
      assert.doesNotMatch(stdout, /^Deployed /m);
    }
  });

  test('that cannot be read fail it, too', () => {
    const { status, stderr } = project.deploy('--environment staging', { FAKE_FAILURE: 'postgrest' });
    assert.equal(status, 1);
    assert.match(stderr, /the settings of the Data API could not be read/);
  });
});

describe('functions that were built before', () => {
  const build = () => {
    for (const name of ['alpha', 'beta']) {
      for (const file of ['function.js', 'wasm.js']) project.write(`supabase/functions/${name}/build/${file}`, '//');
    }
  };

  test('are deployed without building anything', () => {
    build();
    const { status, stderr } = project.deploy('--environment staging --built');
    assert.equal(status, 0, stderr);
    assert.deepEqual(project.lines(), [LIST, DRY_PUSH, PUSH, ...CRON, ALPHA, BETA, smoke('alpha'), smoke('beta'), ...KICK, AUTH, DATA_API]);
  });

  test('are all there, or nothing is done', () => {
    assertRefused(project.deploy('--environment staging --built'), /alpha is not built: run \.\/scripts\/build first/);
    build();
    project.write('supabase/functions/beta/build/wasm.js', '');
    assertRefused(project.deploy('--environment staging --built'), /beta is not built/);
  });
});

describe('it refuses', () => {
  test('without an environment', () => {
    assertRefused(project.deploy('--dry-run'), /say where to: --environment/);
    assertRefused(project.deploy('--environment prod'), /say where to: --environment/);
  });

  test('an option it does not know', () => {
    assertRefused(project.deploy('--environment staging force'), /unknown option force/);
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
    assertRefused(project.deploy('--environment staging', env), /not set in abcdefghijklmnopqrst: TOKEN_KEYS NOTE_KEYS AUDIT_KEYS SEND_EMAIL_HOOK_SECRETS EMAIL_WEBHOOK_SECRETS ALLOWED_ORIGINS;/);
  });

  test('where the secrets cannot be listed', () => {
    assertRefused(project.deploy('--environment staging', { FAKE_FAILURE: 'secrets list' }), /could not be listed: set SUPABASE_ACCESS_TOKEN/);
  });

  test('a secrets file with a name of the platform', () => {
    const file = project.write('supabase/.temp/bad.env', 'SUPABASE_SECRET_KEYS={}\n');
    assertRefused(project.deploy(`--environment staging --secrets ${file}`), /sets SUPABASE_SECRET_KEYS; names with SUPABASE_/);
  });

  test('an address without TLS in a secrets file', () => {
    for (const line of ['export SITE_URL=http://app.example.com', ' SITE_URL=http://app.example.com', 'SITE_URL = http://app.example.com', 'SITE_URL: http://app.example.com', 'export SUPABASE_URL=x']) {
      const file = project.write('supabase/.temp/bad.env', `# A comment\n\nPRODUCT_NAME=a name\n${line}\n`);
      assertRefused(project.deploy(`--environment staging --secrets ${file}`), /line 4 of .* is not NAME=value/);
    }
    for (const line of ['SITE_URL=http://app.example.com', 'AUDIT_CHECKPOINT_URL="http://elsewhere.example"', "RESEND_API_URL='HTTP://mail.example'", 'SENTRY_DSN=http://key@o1.example/1']) {
      const file = project.write('supabase/.temp/bad.env', `PRODUCT_NAME=http://is.a.name\n${line}\n`);
      assertRefused(project.deploy(`--environment staging --secrets ${file}`), new RegExp(`has an address without TLS in ${line.split('=')[0]}`));
    }
  });
});

describe('it stops', () => {
  for (const [failure, last] of /** @type {const} */ ([
    ['build', 'build'],
    ['db push', DRY_PUSH],
    ['deploy alpha', ALPHA],
    ['db query', QUERY],
    ['secrets set', SET],
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
