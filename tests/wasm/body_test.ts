/** The rules of supabase/functions/_shared/body.ts, on bodies that are played. */
import assert from 'node:assert/strict';
import { Bodies, type Body } from '../../supabase/functions/_shared/body.ts';

const KIB = 1 << 10;

/** The timers of deadlines outlive a test. */
const rule = (name: string, fn: () => Promise<void>) => Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });

/** A body that comes in pieces; `more` sends one, or ends it by nothing. */
function sender(bodies: Bodies, headers: Record<string, string> = { 'transfer-encoding': 'chunked' }) {
  let controller!: ReadableByteStreamController;
  let sent = 0;
  const stream = new ReadableStream({ type: 'bytes', start: (given) => void (controller = given) });
  const body = bodies.of(new Request('http://localhost/', { method: 'POST', headers, body: stream }));
  return {
    body,
    sent: () => sent,
    more(bytes?: number) {
      sent += bytes ?? 0;
      if (bytes !== undefined) return controller.enqueue(new Uint8Array(bytes).fill(97));
      controller.close();
      controller.byobRequest?.respond(0);
    },
    breakOff: () => controller.error(new Error('gone')),
  };
}

/** A body of that many pieces. */
function of(bodies: Bodies, pieces: number, bytes: number, headers?: Record<string, string>) {
  const one = sender(bodies, headers);
  for (let i = 0; i < pieces; i++) one.more(bytes);
  one.more();
  return one;
}

/** Reads it; answers the status and how much came. */
const lengthOf = (body: Body, limit: number) =>
  new Promise((resolve) => body.read(limit, (status, _, { length }) => resolve([status, length])));

rule('a body is read whole, up to the limit of its route', async () => {
  const bodies = new Bodies(1_000);
  assert.deepEqual(await lengthOf(of(bodies, 4, 10 * KIB).body, 40 * KIB), [200, 40 * KIB]);
  assert.deepEqual(await lengthOf(of(bodies, 4, 10 * KIB).body, 40 * KIB - 1), [413, 0]);
  assert.deepEqual(await lengthOf(of(bodies, 1, 3, { 'content-length': '3' }).body, 3), [200, 3]);
  assert.deepEqual(await lengthOf(of(bodies, 9, 9 * KIB, { 'content-length': String(81 * KIB) }).body, 81 * KIB), [200, 81 * KIB]);
});

rule('a declared length over the limit is refused before anything is read', async () => {
  const { body, more } = sender(new Bodies(1_000), { 'content-length': '11' });
  assert.deepEqual(await lengthOf(body, 10), [413, 0]);
  assert.equal(body.over, false);
  more(11);
  more();
  assert.equal(await body.discard(), true);
});

rule('a request without a body has an empty one', async () => {
  const bodies = new Bodies(1_000);
  for (const init of [{}, { method: 'POST', headers: { 'content-length': '0' } }]) {
    const body = bodies.of(new Request('http://localhost/', init));
    assert.equal(body.over, true);
    assert.deepEqual(await lengthOf(body, 10), [200, 0]);
  }
});

rule('what is not there in time is late, at once or in pieces, and the next is not', async () => {
  const bodies = new Bodies(60);
  const late = [sender(bodies), sender(bodies, { 'content-length': '5' })];
  late.forEach(({ more }) => more(3));
  const replies = late.map(({ body }) => lengthOf(body, 10));
  await new Promise((resolve) => setTimeout(resolve, 40));
  const next = sender(bodies);
  const reply = lengthOf(next.body, 10);
  assert.deepEqual(await Promise.all(replies), [[408, 0], [408, 0]]);
  next.more(4);
  next.more();
  assert.deepEqual(await reply, [200, 4]);
});

rule('a sender that is gone is told from one that is late', async () => {
  const { body, breakOff } = sender(new Bodies(1_000));
  const reply = lengthOf(body, 10);
  breakOff();
  assert.deepEqual(await reply, [0, 0]);
  assert.equal(await body.discard(), true);
});

rule('where room is short, whoever has been sending longest goes', async () => {
  const bodies = new Bodies(1_000, 60 * KIB);
  const slow = [sender(bodies), sender(bodies)];
  const replies = slow.map(({ body }) => lengthOf(body, 256 * KIB));
  slow.forEach(({ more }) => more(16 * KIB));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const large = of(bodies, 2, 8 * KIB, { 'content-length': String(16 * KIB) });
  assert.deepEqual(await lengthOf(large.body, 64 * KIB), [200, 16 * KIB]);
  assert.deepEqual(await replies[0], [503, 0]);
  slow[1].more();
  assert.deepEqual(await replies[1], [200, 16 * KIB]);
});

rule('what has been read counts until its request is answered', async () => {
  const bodies = new Bodies(1_000, 24 * KIB);
  const first = of(bodies, 2, 8 * KIB);
  assert.deepEqual(await lengthOf(first.body, 64 * KIB), [200, 16 * KIB]);
  assert.deepEqual(await lengthOf(of(bodies, 2, 8 * KIB).body, 64 * KIB), [503, 0]);
  first.body.leave();
  assert.deepEqual(await lengthOf(of(bodies, 2, 8 * KIB).body, 64 * KIB), [200, 16 * KIB]);
});

rule('a thousand that are refused or left leave room for the next', async () => {
  const bodies = new Bodies(1_000, 16 * KIB);
  for (let i = 0; i < 1_000; i++) {
    const { body, more } = sender(bodies);
    const reply = lengthOf(body, 4);
    if (i % 2) more(5);
    else body.leave();
    assert.deepEqual(await reply, [i % 2 ? 413 : 408, 0]);
    body.leave();
  }
  assert.deepEqual(await lengthOf(of(bodies, 1, 8 * KIB).body, 64 * KIB), [200, 8 * KIB]);
});

rule('what nobody wants is read on for a while and not kept', async () => {
  const bodies = new Bodies(1_000);
  assert.equal(await of(bodies, 9, 100 * KIB).body.discard(), true);
  const endless = of(bodies, 20, 100 * KIB);
  assert.equal(await endless.body.discard(), false);
});

rule('whoever was stopped is not waited for long', async () => {
  const { body } = sender(new Bodies(10));
  assert.deepEqual(await lengthOf(body, 10), [408, 0]);
  const started = performance.now();
  assert.equal(await body.discard(), false);
  assert.ok(performance.now() - started < 2_000);
});
