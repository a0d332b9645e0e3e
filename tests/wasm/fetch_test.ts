/** The rules of supabase/functions/_shared/upstream.ts, against a server that misbehaves. */
import assert from 'node:assert/strict';
import { fetchUpstream, NOTHING, Streams } from '../../supabase/functions/_shared/upstream.ts';

const LIMIT = 1 << 10;

/** The one timer of all deadlines may outlive a test. */
const rule = (name: string, fn: () => Promise<void>) => Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });

/** What came, and whether the caller hung up. */
interface Seen {
  headers: Headers;
  body: string;
  aborted: Promise<void>;
}

async function against(answer: (seen: Seen) => Response | Promise<Response>, check: (url: string) => Promise<void>) {
  const server = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen() {} }, async (request) => {
    const aborted = new Promise<void>((resolve) => request.signal.addEventListener('abort', () => resolve()));
    return answer({ headers: request.headers, body: await request.text(), aborted });
  });
  try {
    await check(`http://127.0.0.1:${server.addr.port}/`);
  } finally {
    await server.shutdown();
  }
}

const get = (url: string, timeoutMs = 1_000) => fetchUpstream(`GET ${url}\n`, undefined, timeoutMs, 'x-one\nx-two', LIMIT);

rule('headers and body cross as they are, and only wanted headers come back', async () => {
  await against(
    ({ headers, body }) => new Response(body + headers.get('apikey'), { status: 201, headers: { 'x-two': 'b' } }),
    async (url) => {
      const body = new TextEncoder().encode('text ');
      const reply = await fetchUpstream(`POST ${url}\napikey:a:b\n`, body, 1_000, 'x-one\nx-two', LIMIT);
      assert.deepEqual({ ...reply, body: new TextDecoder().decode(reply.body) }, {
        status: 201,
        headers: '\nb',
        body: 'text a:b',
      });
    },
  );
});

rule('a body is copied before the call returns: wasm memory may change under it', async () => {
  await against(({ body }) => new Response(body), async (url) => {
    const body = new TextEncoder().encode('as it was');
    const reply = fetchUpstream(`POST ${url}\n`, body, 1_000, '', LIMIT);
    body.fill(0);
    assert.equal(new TextDecoder().decode((await reply).body), 'as it was');
  });
});

rule('past its deadline a call fails as timeout and its connection is dropped', async () => {
  let dropped: Promise<void> | undefined;
  await against(async ({ aborted }) => {
    dropped = aborted;
    await aborted;
    return new Response();
  }, async (url) => {
    await assert.rejects(get(url, 30), (reason) => reason === 'timeout');
    await dropped;
  });
});

rule('each call has its own deadline, and one that was answered has none', async () => {
  const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  await against(async ({ body }) => (await wait(Number(body)), new Response('late')), async (url) => {
    const ask = (milliseconds: number) =>
      fetchUpstream(`POST ${url}\n`, new TextEncoder().encode(String(milliseconds)), 200, '', LIMIT)
        .then(() => 'answered', (reason) => reason);
    const first = ask(0);
    await wait(150);
    const second = ask(100);
    assert.deepEqual(await Promise.all([first, second, ask(600)]), ['answered', 'answered', 'timeout']);
  });
});

rule('a redirect is refused, and so is what is too large, declared or not', async () => {
  const redirect = () => new Response(null, { status: 307, headers: { location: 'http://127.0.0.1:1/' } });
  await against(redirect, (url) => assert.rejects(get(url), (reason) => reason === 'TypeError'));
  const declared = () => new Response('x'.repeat(LIMIT + 1));
  await against(declared, (url) => assert.rejects(get(url), (reason) => reason === 'too_large'));
  const streamed = () => new Response(new Response('x'.repeat(LIMIT + 1)).body);
  await against(streamed, (url) => assert.rejects(get(url), (reason) => reason === 'too_large'));
});

/** An answer without a length, and how much of it was asked for before the caller hung up. */
function endless(bytes: number, pieces = Infinity, headers: Record<string, string> = {}) {
  let sent = 0;
  const body = new ReadableStream({
    async pull(controller) {
      if (sent >= pieces * bytes) return controller.close();
      controller.enqueue(new Uint8Array(bytes).fill(97));
      sent += bytes;
      await new Promise((resolve) => setTimeout(resolve, bytes < LIMIT ? 1 : 0));
    },
  });
  return { response: new Response(body, { headers }), sent: () => sent };
}

rule('an answer without an end is left as soon as it is too large', async () => {
  const { response, sent } = endless(64 * LIMIT);
  await against(() => response, async (url) => {
    await assert.rejects(get(url), (reason) => reason === 'too_large');
    const then = sent();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(sent() - then < 64 * LIMIT * 16, 'it was read on');
  });
});

rule('an answer that is small until it is unpacked is left as soon as it is too large', async () => {
  const unpacked = 256 << 20;
  const zeros = new Uint8Array(1 << 16);
  const blank = ReadableStream.from(Array.from({ length: unpacked / zeros.length }, () => zeros));
  const packed = await new Response(blank.pipeThrough(new CompressionStream('gzip'))).bytes();
  assert.ok(packed.length < unpacked / 500);
  const limit = 1 << 20;
  for (const body of [packed, ReadableStream.from([packed])]) {
    await against(() => new Response(body, { headers: { 'content-encoding': 'gzip' } }), async (url) => {
      const before = Deno.memoryUsage().rss;
      const call = fetchUpstream(`GET ${url}\n`, undefined, 5_000, '', limit);
      await assert.rejects(call, (reason) => reason === 'too_large');
      const grown = Deno.memoryUsage().rss - before;
      assert.ok(grown < unpacked / 3, `${grown} bytes were held`);
    });
  }
});

rule('a packed answer within the limit arrives as it was', async () => {
  const packed = await new Response(new Response('x'.repeat(LIMIT)).body!.pipeThrough(new CompressionStream('gzip'))).bytes();
  await against(() => new Response(packed, { headers: { 'content-encoding': 'gzip' } }), async (url) => {
    assert.equal(new TextDecoder().decode((await get(url)).body), 'x'.repeat(LIMIT));
  });
});

rule('an answer that drips ends with its deadline', async () => {
  const { response } = endless(1);
  await against(() => response, (url) => assert.rejects(get(url, 100), (reason) => reason === 'timeout'));
});

rule('many answers that drip hold what they have sent', async () => {
  await against(() => endless(1, 300).response, async (url) => {
    const before = Deno.memoryUsage().external;
    let highest = 0;
    const watch = setInterval(() => (highest = Math.max(highest, Deno.memoryUsage().external - before)), 10);
    const replies = await Promise.all(Array.from({ length: 20 }, () => get(url, 10_000)));
    clearInterval(watch);
    assert.ok(replies.every(({ body }) => body.length === 300));
    assert.ok(highest < 16 << 20, `6,000 bytes held ${highest}`);
  });
});

rule('less than was declared is a failure, and more is not read', async () => {
  const answers = (text: string) => async (connection: Deno.Conn) => {
    await connection.read(new Uint8Array(1024));
    await connection.write(new TextEncoder().encode(`HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n${text}`));
    connection.close();
  };
  for (const [text, outcome] of [['abc', 'TypeError'], ['abcdefgh', 'abcde']]) {
    const listener = Deno.listen({ hostname: '127.0.0.1', port: 0 });
    void listener.accept().then(answers(text));
    const reply = get(`http://127.0.0.1:${listener.addr.port}/`);
    assert.equal(await reply.then(({ body }) => new TextDecoder().decode(body), (reason) => reason), outcome);
    listener.close();
  }
});

const open = (url: string, timeoutMs = 1_000) => {
  const streams = new Streams();
  return { streams, opened: streams.begin(1, `GET ${url}\napikey:a\n`, undefined, timeoutMs, 'x-one') };
};

rule('a body is read piece by piece, to its end', async () => {
  const pieces = ['one', '', 'two'].map((piece) => new TextEncoder().encode(piece));
  await against(() => new Response(ReadableStream.from(pieces), { headers: { 'x-one': 'a' } }), async (url) => {
    const { streams, opened } = open(url);
    assert.deepEqual(await opened, { status: 200, headers: 'a', body: NOTHING });
    let text = '';
    for (;;) {
      const { body } = await streams.read(1);
      if (body.length === 0) break;
      text += new TextDecoder().decode(body);
    }
    assert.equal(text, 'onetwo');
    assert.equal((await streams.read(2)).body.length, 0, 'an unknown stream is at its end');
    streams.close(1);
  });
});

rule('past its deadline a stream fails as timeout, and one that is closed lets go of its connection', async () => {
  const endless = () => new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(9)) });
  await against(() => new Response(endless()), async (url) => {
    const late = open(url, 30);
    await late.opened;
    await late.streams.read(1);
    await assert.rejects(late.streams.read(1), (reason) => reason === 'timeout');
    late.streams.clear();
  });
  let dropped: Promise<void> | undefined;
  await against(async ({ aborted }) => {
    dropped = aborted;
    await aborted;
    return new Response();
  }, async (url) => {
    const { streams, opened } = open(url);
    while (dropped === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    streams.close(1);
    await assert.rejects(opened, (reason) => reason === 'timeout');
    await dropped;
  });
});
