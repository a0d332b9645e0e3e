// @ts-check
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { PAGES, createPages } from './pages.mjs';
import { projectRoot } from './settings.mjs';

/** @type {http.Server} */
let server;
let origin = '';

/** What the database says of its functions, or that it does not answer. */
let catalogue = async () => /** @type {import('./reference/catalogue.mjs').SqlFunction[]} */ ([]);

before(async () => {
  const { handle } = createPages({ origin: 'http://127.0.0.1:1', publicConfig: () => ({}), status: async () => ({}), catalogue: () => catalogue() });
  server = http.createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
});
after(() => server.close());

/** @param {string} path */
function open(path) {
  return fetch(origin + path, { headers: { accept: 'text/html' } });
}

for (const path of ['/', ...PAGES.slice(1).map((name) => `/${name}`), '/nowhere']) {
  test(`${path} is a whole page with a script of its own, under the policy`, async () => {
    const response = await open(path);
    assert.equal(response.status, path === '/nowhere' ? 404 : 200);
    assert.match(response.headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self'; /);
    assert.deepEqual(['cross-origin-opener-policy', 'cross-origin-resource-policy'].map((name) => response.headers.get(name)), ['same-origin', 'same-origin']);
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    const text = await response.text();
    for (const once of [/<title>[^<{]+ · Evenkeel<\/title>/g, /<main id="main"/g, /<\/main>/g, /<nav aria-label="Main">/g, /<h1/g]) {
      assert.ok(text.match(once), `no ${once}`);
    }
    assert.equal(text.match(/<main/g)?.length, 1);
    assert.equal(text.match(/<noscript>/g)?.length, 2, 'what somebody without JavaScript sees, and what they do not');
    assert.doesNotMatch(text, /\{\{|undefined/);
    assert.doesNotMatch(text, /<script(?! src="\/assets\/)|\son\w+=|style=/, 'the policy would not let it run');
    const scripts = [...text.matchAll(/ (?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file);
    for (const file of scripts) assert.equal((await open(file)).status, 200, file);
  });
}

test('a page is found under what mail programs make of its address', async () => {
  for (const rest of ['/', '%23token=abc', '%2523token=abc', '/%23token=abc', '%3Ftoken=abc', '&token=abc', '?token=abc', '/?utm_source=mail']) {
    for (const name of ['confirm-email', 'Confirm-Email', '/confirm-email']) {
      const response = await open(`/${name}${rest}`);
      assert.equal(response.status, 200, name + rest);
      assert.match(await response.text(), /<title>Confirm your e-mail address/);
    }
  }
});

test('a page that is not known says what may have become of a link', async () => {
  for (const path of ['/confirm-', '/confirm', '/confirm-emailtoken=abc', '/%', '/reset-password.', '/%E0%A4%A']) {
    const response = await open(path);
    assert.equal(response.status, 404, path);
    assert.match(await response.text(), /link of a mail/, path);
  }
});

test('neither the frame nor a file beside the pages is a page', async () => {
  for (const path of ['/layout', '/home', '/layout.html', '/not-found', '/assets/layout.html', '/assets/..%2flayout.html']) {
    assert.equal((await open(path)).status, 404, path);
  }
});

test('the reference is whole without JavaScript, also while the database does not answer', async () => {
  for (const answers of [true, false]) {
    catalogue = async () => {
      if (!answers) throw new Error('does not answer');
      return [{ name: 'book_it', comment: '{{main}}', roles: ['authenticated'], arguments: [], result: { type: 'void', isSet: false, columns: [] } }];
    };
    for (const path of ['/docs', '/docs/', '/Docs?x=1']) {
      const response = await open(path);
      assert.equal(response.status, 200, path);
      assert.match(response.headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; /);
      const text = await response.text();
      assert.doesNotMatch(text, /\{\{|undefined|<noscript>|<script(?! src="\/assets\/)|\son\w+=|style=/);
      assert.equal(text.match(/<main/g)?.length, 1);
      assert.equal(text.includes('id="book_it"'), answers);
      assert.equal(text.includes('The database does not answer'), !answers);
    }
  }
});

test('the viewer shows the document of this stack, and its policy differs by the images of its style sheet alone', async () => {
  const { servers } = await (await open('/docs/openapi.json')).json();
  assert.deepEqual(servers, [{ url: 'http://127.0.0.1:1/functions/v1' }]);
  const [viewer, reference] = await Promise.all(['/docs/functions', '/docs'].map(async (path) => (await open(path)).headers.get('content-security-policy')));
  assert.equal(viewer?.replace("img-src 'self' data:;", "img-src 'self';"), reference);
});

/** The names of our scripts in which something stands. @param {RegExp} what */
function scriptsWith(what) {
  const folder = path.join(projectRoot, 'pages/assets');
  return readdirSync(folder).filter((name) => name.endsWith('.js') && what.test(readFileSync(path.join(folder, name), 'utf8')));
}

/** A page's script and those that it imports, by name. @param {string} name @param {Set<string>} [found] */
function scriptsOf(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  const text = readFileSync(path.join(projectRoot, 'pages/assets', name), 'utf8');
  for (const [, imported] of text.matchAll(/from '\.\/([a-z-]+\.js)'/g)) scriptsOf(imported, found);
  return found;
}

test('what a page loads is hidden from the beginning: nobody types into a part that is hidden a moment later', async () => {
  const shown = [];
  let looked = 0;
  for (const page of PAGES.filter((one) => !one.includes('/'))) {
    const text = await (await open(page === 'home' ? '/' : `/${page}`)).text();
    for (const script of scriptsOf(`${page}.js`)) {
      const source = readFileSync(path.join(projectRoot, 'pages/assets', script), 'utf8');
      for (const [, id] of source.matchAll(/\bload\(byId\('([a-z-]+)'\)/g)) {
        const tag = new RegExp(`<[a-z]+[^>]* id="${id}"[^>]*>|<[a-z]+ id="${id}"[^>]*>`).exec(text)?.[0];
        if (!tag) continue;
        looked += 1;
        if (!/\shidden[\s>]/.test(tag)) shown.push(`${page}: ${tag}`);
      }
    }
  }
  assert.ok(looked > 30, `${looked} parts`);
  assert.deepEqual([...new Set(shown)], []);
});

test('no script makes HTML or code of text, or talks to another page', () => {
  assert.deepEqual(scriptsWith(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|\beval\(|new Function\(|postMessage/), []);
  assert.deepEqual(scriptsWith(/\btextContent\b|createElement/).includes('dom.js'), true, 'scripts are looked at');
});

test('nothing is kept in the browser but the session, which signing out takes away', () => {
  assert.deepEqual(scriptsWith(/localStorage|sessionStorage|indexedDB|document\.cookie|\bcaches\b/), ['early.js', 'session.js']);
  const session = readFileSync(path.join(projectRoot, 'pages/assets/session.js'), 'utf8');
  assert.match(session, /localStorage\.removeItem\(key\)/);
  assert.doesNotMatch(session, /setItem|localStorage\[/);
});
