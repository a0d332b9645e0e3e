// @ts-check
// Dispatchers side by side.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { Laboratory } from './laboratory.mjs';

const laboratory = new Laboratory();
const { sink, proxy } = laboratory;
before(() => laboratory.open());
beforeEach(() => laboratory.reset());
after(() => laboratory.close());

test('three of them share 3,000 mails without sending one twice', async () => {
  const addresses = await laboratory.enqueue(3000);
  const dispatchers = await Promise.all([1, 2, 3].map(() => laboratory.dispatcher()));
  const reports = await Promise.all(dispatchers.map((one) => one.dispatch()));
  assert.equal(
    reports.reduce((sum, report) => sum + report.sent, 0),
    3000,
  );
  assert.ok(reports.filter((report) => report.sent > 0).length >= 2, 'only one of them had anything to do');
  await laboratory.assertSentOnce(addresses);
});

test('two runs in one process do not get in each other’s way', async () => {
  const addresses = await laboratory.enqueue(800);
  const dispatcher = await laboratory.dispatcher();
  await Promise.all([dispatcher.dispatch(), dispatcher.dispatch()]);
  await laboratory.assertSentOnce(addresses);
});

test('one that is late finds its lease gone: its settlement is stale, and nothing is sent twice', async () => {
  const addresses = await laboratory.enqueue(50);
  const late = proxy.holdAt('settle_emails', 'before');
  const slow = await laboratory.dispatcher();
  const run = slow.dispatch();
  await late.reached;
  await laboratory.letTimePass();
  await laboratory.drain();
  late.release();
  const report = await run;
  assert.equal(report.sent, 0);
  assert.ok(sink.visits.some((visit) => visit.replayed));
  await laboratory.assertSentOnce(addresses);
});

test('one that was still sending when its lease ran out does not harm the next', async () => {
  const addresses = await laboratory.enqueue(50);
  sink.faults.add({ kind: 'slow', milliseconds: 1000 });
  const slow = await laboratory.dispatcher();
  const run = slow.dispatch();
  await sink
    .until(() => !sink.faults.pending || sink.visits.length > 0, 'the request to be under way', 2)
    .catch(() => {});
  await laboratory.letTimePass();
  const next = await laboratory.dispatcher();
  await next.dispatch();
  // Only then the rest: runs without a pause would use up the drain's while the first still sends.
  await run;
  await laboratory.letTimePass();
  await laboratory.drain(next);
  await laboratory.assertSentOnce(addresses);
});
