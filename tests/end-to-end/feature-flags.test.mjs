// @ts-check
// Feature flags: a provider of OpenFeature reads them by OFREP, and what is switched off is there for nobody.

import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature } from '@openfeature/web-sdk';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { aCustomer, memberOf, platformAdmin } from './platform/companies.mjs';
import { environment } from './platform/environment.mjs';

const RUN = randomUUID().slice(0, 8);
const BASE = `${environment.url}/functions/v1/feature-flags`;
const FLAGS = `${BASE}/ofrep/v1/evaluate/flags`;
/** @param {string} name */
const key = (name) => `${name}-${RUN}`;

/** @type {Awaited<ReturnType<typeof aCustomer>>} */
let customer;
/** @type {Awaited<ReturnType<typeof memberOf>>} */
let person;

before(async () => {
  customer = await aCustomer();
  person = await memberOf(customer.company, 'employee');
  await sql`
    insert into public.feature_flags (key, description, owner, expires_on, is_on, is_public, variants, off_variant, rollout) values
      (${key('week')}, 'The week as a calendar', 'Sessions', '2099-01-01', true, true, '{"on": true, "off": false}', 'off', '[["on", 1]]'),
      (${key('size')}, 'How many at once', 'Catalogue', '2099-01-01', true, false, '{"few": 20, "many": 50}', 'few', '[["many", 1]]'),
      (${key('words')}, 'What a page says', 'Catalogue', '2099-01-01', true, true, '{"a": "Book", "b": "Reserve"}', 'a', '[["a", 50], ["b", 50]]'),
      (${key('look')}, 'Colours', 'Catalogue', '2099-01-01', false, true, '{"plain": {"ink": "black"}, "blue": {"ink": "blue"}}', 'plain', '[["blue", 1]]')`;
});

after(async () => {
  await OpenFeature.close();
  await sql`delete from public.feature_flags where key like ${`%-${RUN}`}`;
  await sql.end();
});

/** @param {string} [path] @param {{ token?: string, known?: string, body?: unknown }} [more] */
const ask = (path = '', { token, known, body = { context: { targetingKey: 'visitor' } } } = {}) =>
  fetch(FLAGS + path, {
    method: 'POST',
    headers: {
      apikey: environment.publishableKey,
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(known ? { 'if-none-match': known } : {}),
    },
    body: JSON.stringify(body),
  });

/** For the company of the test alone: other tests run meanwhile. @param {string} phase @param {'off'} [variant] */
async function switchPhase(phase, variant) {
  const { client } = await platformAdmin();
  const { error } = await client.rpc('set_company_variant', { p_flag_key: phase, p_company_id: customer.company.id, ...(variant ? { p_variant: variant } : {}) });
  assert.equal(error, null);
}

/** What a page asks. @param {string} domain @param {string} [token] @param {string} [targetingKey] */
async function aPage(domain, token, targetingKey = 'visitor') {
  const headers = /** @type {[string, string][]} */ ([['apikey', environment.publishableKey], ...(token ? [['authorization', `Bearer ${token}`]] : [])]);
  const provider = new OFREPWebProvider({ baseUrl: BASE, headers, pollInterval: 0, cacheMode: 'disabled' });
  await OpenFeature.setProviderAndWait(domain, provider, { targetingKey });
  return { client: OpenFeature.getClient(domain), provider };
}

test('a page reads flags of every type by the provider of OpenFeature', async () => {
  const token = (await person.client.auth.getSession()).data.session?.access_token;
  const { client } = await aPage('signed-in', token);
  const week = client.getBooleanDetails(key('week'), false);
  assert.deepEqual([week.value, week.variant, week.reason, week.errorCode], [true, 'on', 'STATIC', undefined]);
  assert.equal(client.getNumberValue(key('size'), 0), 50);
  assert.deepEqual(client.getObjectDetails(key('look'), {}).value, { ink: 'black' });
  assert.equal(client.getObjectDetails(key('look'), {}).reason, 'DISABLED');
  const words = client.getStringDetails(key('words'), '');
  assert.ok(words.reason === 'SPLIT' && ['Book', 'Reserve'].includes(words.value), JSON.stringify(words));
  assert.equal(client.getBooleanDetails(key('none'), true).errorCode, 'FLAG_NOT_FOUND');
  assert.equal(client.getStringDetails(key('week'), 'x').errorCode, 'TYPE_MISMATCH');
});

test('who has not signed in is told of public flags, and falls into shares by the key that the page gives', async () => {
  const values = new Set();
  for (let n = 0; n < 12; n += 1) {
    const { client } = await aPage(`visitor-${n}`, undefined, `visitor-${n}`);
    assert.equal(client.getBooleanValue(key('week'), false), true);
    assert.equal(client.getNumberDetails(key('size'), 0).errorCode, 'FLAG_NOT_FOUND');
    values.add(client.getStringValue(key('words'), ''));
  }
  assert.deepEqual([...values].sort(), ['Book', 'Reserve']);
});

test('what has not changed is not sent again, and what has is', async () => {
  const first = await ask();
  const tag = first.headers.get('etag') ?? '';
  assert.equal(first.status, 200);
  const again = await ask('', { known: tag });
  // What was compressed on the way has a weak one.
  assert.deepEqual([again.status, again.headers.get('etag'), await again.text()], [304, tag.replace(/^W\//, ''), '']);
  await sql`update public.feature_flags set is_on = true where key = ${key('look')}`;
  const changed = await ask('', { known: tag });
  assert.equal(changed.status, 200);
  const { flags } = await changed.json();
  assert.deepEqual(flags.find((/** @type {{ key: string }} */ flag) => flag.key === key('look')), { key: key('look'), value: { ink: 'blue' }, variant: 'blue', reason: 'STATIC' });
});

test('a backend asks for one, and is told in the words of OFREP that there is none', async () => {
  const one = await ask(`/${key('week')}`);
  assert.deepEqual([one.status, await one.json()], [200, { key: key('week'), value: true, variant: 'on', reason: 'STATIC' }]);
  for (const name of [key('none'), key('size'), 'Week', 'a'.repeat(100)]) {
    const answer = await ask(`/${name}`);
    const body = await answer.json();
    assert.deepEqual([answer.status, body.key, body.errorCode, body.code], [404, name, 'FLAG_NOT_FOUND', 'flag_not_found']);
  }
  assert.equal((await ask('/a/b')).status, 404);
  const forged = 'e30.eyJyb2xlIjoiYXV0aGVudGljYXRlZCJ9.c2ln';
  assert.equal((await ask('', { token: forged })).status, 401);
  assert.equal((await ask('', { body: {} })).status, 400);
  assert.equal((await ask('', { body: { context: { targetingKey: 'x'.repeat(201) } } })).status, 400);
});

test('a phase that is switched off is there for nobody, whichever way it is written, and comes back', async () => {
  const make = () => person.client.rpc('make_calendar_feed');
  await switchPhase('phase-calendar-feeds', 'off');
  const refused = await make();
  assert.deepEqual([refused.status, refused.error?.code, refused.error?.message], [404, 'PT404', 'feature_disabled']);
  const token = (await person.client.auth.getSession()).data.session?.access_token;
  const escaped = await fetch(`${environment.url}/rest/v1/rpc/make%5Fcalendar%5Ffeed`, {
    method: 'POST',
    headers: { apikey: environment.publishableKey, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  assert.equal(escaped.status, 404);
  assert.equal((await person.client.rpc('my_calendar_feed')).error, null, 'what goes on, goes on');
  await switchPhase('phase-calendar-feeds');
  assert.equal((await make()).error, null);
});

test('an edge function says so as well', async () => {
  await switchPhase('phase-session-notes', 'off');
  const { error } = await person.client.functions.invoke('session-notes', { body: { booking_id: randomUUID(), version: 1, text: 'x' } });
  const { status, code } = await error.context.json();
  assert.deepEqual([error.context.status, status, code], [404, 404, 'feature_disabled']);
});
