// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { readConfig } from './config.mjs';
import { siteFor } from './functions/environment.mjs';
import { createKeyring } from './keys.mjs';
import { environmentOf } from './real/environment.mjs';
import { readRealServices } from './real/services.mjs';
import { readSettings } from './settings.mjs';
import { originsOf, readSite, redirectsTo } from './site.mjs';

const PAGES = 'http://127.0.0.1:54321';

test('a site is read as links begin with it', () => {
  for (const [text, site] of [
    ['http://localhost:5173', 'http://localhost:5173'],
    ['http://localhost:5173/', 'http://localhost:5173'],
    ['HTTP://LocalHost:5173//', 'http://localhost:5173'],
    ['https://app.example:443', 'https://app.example'],
    ['https://app.example/portal/', 'https://app.example/portal'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ]) assert.equal(readSite('--site', text), site);
});

test('what is no site is refused by one sentence, which says what one is', () => {
  const texts = [
    'localhost:5173', 'http://', 'http:localhost', '//localhost', 'ftp://localhost', 'javascript://localhost/%0aalert(1)', 'file:///tmp', '*', 'null',
    'http://localhost:5173?a=b', 'http://localhost:5173/#a', 'http://me:secret@localhost', 'http://me@localhost', 'http://*.example', 'http://a,b', 'http://a b',
    ' http://localhost', 'http://localhost:99999', 'http://localhost\\@evil.example', 'http://localhost:5173,http://evil.example',
  ];
  for (const text of texts) {
    assert.throws(() => readSettings({ STACK_SITE: text }), { message: /^--site is "[^]*"; it must be the address of a frontend .*, such as http:\/\/localhost:5173\.$/ }, text);
    assert.throws(() => siteFor({ apiUrl: PAGES, site: null }, { SITE_URL: text }), /^Error: SITE_URL in supabase\/functions\/\.env is /, text);
  }
});

test('a site of this machine is one by each of its names, another by its own alone', () => {
  const here = ['http://localhost:5173', 'http://127.0.0.1:5173', 'http://[::1]:5173'];
  for (const site of here) assert.deepEqual(originsOf(site), here);
  assert.deepEqual(originsOf('https://localhost/portal'), ['https://localhost', 'https://127.0.0.1', 'https://[::1]']);
  for (const site of ['https://app.example', 'http://shop.localhost:3000', 'http://localhost.evil.example']) assert.deepEqual(originsOf(site), [site]);
  assert.deepEqual(redirectsTo('https://app.example/portal'), ['https://app.example/**']);
});

test('links lead to the site, and its pages and those of the stack may call the functions', () => {
  const own = (/** @type {Record<string, string>} */ values, /** @type {string | null} */ site = null) => siteFor({ apiUrl: PAGES, site }, values);
  assert.deepEqual(own({}), { SITE_URL: PAGES, ALLOWED_ORIGINS: PAGES });
  assert.deepEqual(own({ SITE_URL: `${PAGES}/`, ALLOWED_ORIGINS: PAGES }), { SITE_URL: PAGES, ALLOWED_ORIGINS: PAGES });
  const vite = { SITE_URL: 'http://localhost:5173', ALLOWED_ORIGINS: `${PAGES},http://localhost:5173,http://127.0.0.1:5173,http://[::1]:5173` };
  assert.deepEqual(own({ SITE_URL: 'http://localhost:5173/' }), vite);
  assert.deepEqual(own({ SITE_URL: 'https://app.example' }, 'http://localhost:5173'), vite, '--site comes before the file');
  assert.deepEqual(own({ ALLOWED_ORIGINS: ' https://app.example/, ,https://other.example' }), {
    SITE_URL: PAGES, ALLOWED_ORIGINS: `${PAGES},https://app.example,https://other.example`,
  });
});

test('Auth may send people back to the site by each of its names, and to what config.toml names', async () => {
  const config = { ...(await readConfig()), redirects: ['https://preview.example/**'] };
  const settings = readSettings({});
  const secrets = /** @type {any} */ ({ passwords: {}, jwtSecret: 'x'.repeat(32), publishableKey: 'p', secretKey: 's' });
  const [auth] = readRealServices(settings.apiPort, { STACK_AUTH_URL: 'http://127.0.0.1:5' });
  const told = environmentOf(auth, { settings, secrets, keyring: createKeyring(secrets), config, siteUrl: 'http://localhost:5173' });
  assert.equal(told.GOTRUE_SITE_URL, 'http://localhost:5173');
  assert.equal(told.GOTRUE_URI_ALLOW_LIST, 'https://preview.example/**,http://localhost:5173/**,http://127.0.0.1:5173/**,http://[::1]:5173/**');
});
