/** The rules of supabase/functions/_shared/http.ts: requests and answers as text. */
import assert from 'node:assert/strict';
import { Bodies } from '../../supabase/functions/_shared/body.ts';
import { headerLines, respond, targetOf } from '../../supabase/functions/_shared/http.ts';

const NOBODY = new Bodies(1_000).of(new Request('http://localhost/'));

Deno.test('the headers that a module reads cross in lower case, a line each', () => {
  const headers = new Headers({ 'User-Agent': 'a:b', 'ApiKey': '1', 'x-other': '2' });
  assert.equal(headerLines(headers), 'apikey:1\nuser-agent:a:b\n');
});

Deno.test('path and query reach a module as they came', () => {
  for (const target of ['/sample/resend', '/sample?a=/b', '/']) {
    assert.equal(targetOf(`http://127.0.0.1:1${target}`), target);
  }
});

Deno.test('an answer without a body has none', async () => {
  const request = new Request('http://localhost/');
  const response = respond('204\nallow:POST, OPTIONS\n\n', request, 'id', NOBODY);
  assert.equal(response.status, 204);
  assert.equal(response.body, null);
  assert.equal(response.headers.get('allow'), 'POST, OPTIONS');
});

Deno.test('a preflight is told which headers may come, any other answer is not', () => {
  const ask = (message: string) => respond(message, new Request('http://localhost/'), 'id', NOBODY).headers;
  const told = ask('204\naccess-control-allow-methods:POST, OPTIONS\n\n');
  assert.match(told.get('access-control-allow-headers') ?? '', /\bauthorization\b.*\bx-region\b/);
  assert.equal(told.get('access-control-max-age'), '86400');
  assert.equal(ask('204\nallow:POST\n\n').get('access-control-allow-headers'), null);
});

Deno.test('a body may hold empty lines', async () => {
  const response = respond('200\ncontent-type:text/plain\n\na\n\nb', new Request('http://localhost/'), 'id', NOBODY);
  assert.equal(await response.text(), 'a\n\nb');
});

Deno.test('a large answer arrives whole', async () => {
  const text = 'ä'.repeat(100_000);
  const response = respond(`200\ncontent-type:text/plain\n\n${text}`, new Request('http://localhost/'), 'id', NOBODY);
  assert.equal(await response.text(), text);
});

Deno.test('a large answer that nobody reads is let go', async () => {
  const message = `200\ncontent-type:text/plain\n\n${'x'.repeat(1 << 20)}`;
  const reader = respond(message, new Request('http://localhost/'), 'id', NOBODY, 50).body!.getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await assert.rejects(async () => {
    while (!(await reader.read()).done);
  }, /cut off/);
});
