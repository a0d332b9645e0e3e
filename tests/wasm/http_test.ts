/** The rules of supabase/functions/_shared/http.ts: requests and answers as text. */
import assert from 'node:assert/strict';
import { headerLines, targetOf, readBody, respond } from '../../supabase/functions/_shared/http.ts';

const KIB = 1 << 10;

/** A body that comes in pieces and declares no length. */
function chunked(pieces: number, size: number) {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent++ < pieces) controller.enqueue(new Uint8Array(size));
      else controller.close();
    },
  });
  return { request: new Request('http://localhost/', { method: 'POST', body }), sent: () => sent };
}

Deno.test('the headers that a module reads cross in lower case, a line each', () => {
  const headers = new Headers({ 'User-Agent': 'a:b', 'ApiKey': '1', 'x-other': '2' });
  assert.equal(headerLines(headers), 'apikey:1\nuser-agent:a:b\n');
});

Deno.test('path and query reach a module as they came', () => {
  for (const target of ['/sample/resend', '/sample?a=/b', '/']) {
    assert.equal(targetOf(`http://127.0.0.1:1${target}`), target);
  }
});

Deno.test('a body without a declared length is read whole', async () => {
  const { request } = chunked(4, KIB);
  assert.equal((await readBody(request))?.length, 4 * KIB);
});

Deno.test('a body that is too long is read on for a while and not kept', async () => {
  const { request, sent } = chunked(5, 100 * KIB);
  assert.equal(await readBody(request), undefined);
  assert.ok(sent() >= 5, 'the sender could finish');
});

Deno.test('a body without an end is left', async () => {
  const { request, sent } = chunked(Infinity, 100 * KIB);
  assert.equal(await readBody(request), undefined);
  assert.ok(sent() < 20, `${sent()} pieces were taken`);
});

Deno.test('a request without a body has an empty one', async () => {
  assert.equal((await readBody(new Request('http://localhost/')))?.length, 0);
});

Deno.test('an answer without a body has none', async () => {
  const request = new Request('http://localhost/');
  const response = respond('204\nallow:POST, OPTIONS\n\n', request, 'id');
  assert.equal(response.status, 204);
  assert.equal(response.body, null);
  assert.equal(response.headers.get('allow'), 'POST, OPTIONS');
});

Deno.test('a body may hold empty lines', async () => {
  const response = respond('200\ncontent-type:text/plain\n\na\n\nb', new Request('http://localhost/'), 'id');
  assert.equal(await response.text(), 'a\n\nb');
});
