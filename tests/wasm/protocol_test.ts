/** The host's side of the texts in tests/wasm/protocol; the module's is tested in crates/edge. */
import assert from 'node:assert/strict';
import { Bodies } from '../../supabase/functions/_shared/body.ts';
import { headerLines, respond } from '../../supabase/functions/_shared/http.ts';
import { fetchUpstream } from '../../supabase/functions/_shared/upstream.ts';

const example = (name: string) => Deno.readTextFileSync(new URL(`protocol/${name}.txt`, import.meta.url));

Deno.test('headers of a request are written as the module reads them', () => {
  const headers = new Headers({ 'User-Agent': 'a:b', 'Content-Type': 'Application/JSON; charset=utf-8', 'apikey': '1' });
  assert.equal(headerLines(headers), example('request-headers'));
});

Deno.test('an answer is read as the module writes it', async () => {
  const body = new Bodies(1_000).of(new Request('http://localhost/'));
  const response = respond(example('answer'), new Request('http://localhost/'), 'id', body);
  assert.equal(response.status, 405);
  assert.deepEqual(['content-type', 'allow'].map((name) => response.headers.get(name)), ['application/problem+json', 'POST, OPTIONS']);
  assert.equal((await response.json()).code, 'method_not_allowed');
});

Deno.test({
  name: 'when to come back is told in seconds, also where it was a date',
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { fetch } = globalThis;
    const date = 'Sat, 28 Nov 2026 20:00:00 GMT';
    const cases = [['7', '7'], ['Sat, 28 Nov 2026 20:00:09 GMT', '9'], ['Sat, 28 Nov 2026 19:00:00 GMT', '0'], ['soon', ''], ['', '']];
    try {
      for (const [given, told] of cases) {
        globalThis.fetch = () => Promise.resolve(new Response('{}', { status: 429, headers: { 'content-length': '2', date, 'retry-after': given } }));
        const reply = await fetchUpstream(example('upstream-head'), new Uint8Array(), 1_000, 'retry-after', 64);
        assert.equal(reply.headers, told, given);
      }
    } finally {
      globalThis.fetch = fetch;
    }
  },
});

Deno.test({
  name: 'an upstream call is read as the module writes it, and answered as it reads',
  // The one timer of all deadlines outlives a test.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { fetch } = globalThis;
    let asked: [string, RequestInit] | undefined;
    globalThis.fetch = (url, init) => {
      asked = [String(url), init ?? {}];
      const headers = { 'content-length': '2', 'ratelimit-remaining': '4', 'ratelimit-reset': '1', 'x-other': '2' };
      return Promise.resolve(new Response('{}', { headers }));
    };
    try {
      const reply = await fetchUpstream(example('upstream-head'), new Uint8Array(), 1_000, example('wanted-names'), 64);
      assert.equal(reply.headers, example('wanted-values'));
    } finally {
      globalThis.fetch = fetch;
    }
    const [url, { method, headers }] = asked!;
    assert.deepEqual([method, url], ['POST', 'https://api.example/emails?a=b:c']);
    assert.deepEqual({ ...headers as Record<string, string> }, { authorization: 'Bearer a:b', 'content-type': 'application/json' });
  },
});
