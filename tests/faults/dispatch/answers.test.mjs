// @ts-check
// What the mailer, or the way to it, may answer, and what becomes of the mails.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { sql } from '../../end-to-end/platform/clients.mjs';
import { IMPATIENCE_MILLISECONDS } from './dispatcher.mjs';
import { Laboratory } from './laboratory.mjs';

const laboratory = new Laboratory();
const { sink, proxy } = laboratory;
before(() => laboratory.open());
beforeEach(() => laboratory.reset());
after(() => laboratory.close());

async function onlyBatch() {
  const batches = await sql`
    select id, attempts, last_error_code as code, lease, due_at > now() as waits from private.email_batches`;
  assert.equal(batches.length, 1);
  return batches[0];
}

test('a mail arrives as it was meant', async () => {
  const [address] = await laboratory.enqueue(1);
  const report = await (await laboratory.dispatcher()).dispatch();
  assert.deepEqual([report.claimed, report.sent, report.failed, report.remaining], [1, 1, 0, 0]);
  const [{ mail }] = sink.mailbox.to(address);
  assert.match(mail.from, /^Evenkeel </);
  for (const part of [mail.subject, mail.text, mail.html]) assert.doesNotMatch(part, /\{\{|undefined|null/);
  assert.match(mail.text, /Dr\. Okafor/);
  await laboratory.assertSentOnce([address]);
});

describe('answers that mean "later"', () => {
  test('429 with retry-after: the same batch again, not sooner, no attempt lost', async () => {
    const addresses = await laboratory.enqueue(40);
    sink.faults.add({ kind: 'rate_limit', retry_after: 2 });
    await (await laboratory.dispatcher()).dispatch();
    const [refused, accepted] = sink.visits;
    assert.deepEqual([refused.status, accepted.status], [429, 200]);
    assert.equal(accepted.key, refused.key);
    assert.ok(accepted.at - refused.at >= 1900, `came back after ${accepted.at - refused.at} ms`);
    await laboratory.assertSentOnce(addresses);
  });

  /** @type {[string, import('../../sink/faults.mjs').Fault, string][]} */
  const failures = [
    ['500', { kind: 'error', status: 500 }, 'unavailable'],
    ['503 with a page instead of JSON', { kind: 'error', status: 503, body: '<html>' }, 'unavailable'],
    ['404 with a page, as a proxy has it', { kind: 'error', status: 404, body: '<html>' }, 'unavailable'],
    ['408 of something in between', { kind: 'error', status: 408, body: '' }, 'unavailable'],
    ['422 in half a document', { kind: 'error', status: 422, body: '{"name":"validation_er' }, 'unavailable'],
    ['a name that Resend has not had so far', { kind: 'error', status: 422, name: 'something_new' }, 'unavailable'],
    ['a connection that breaks before anything is accepted', { kind: 'drop_before' }, 'unavailable'],
    ['a connection that breaks after everything is accepted', { kind: 'drop_after' }, 'unavailable'],
    ['an accepted batch with half an answer', { kind: 'malformed' }, 'unavailable'],
    ['no answer, nothing accepted', { kind: 'hang', accept: false }, 'timeout'],
    ['no answer, everything accepted', { kind: 'hang', accept: true }, 'timeout'],
  ];
  for (const [what, fault, code] of failures) {
    test(`${what}: tried again later with the same key, sent once`, async () => {
      const addresses = await laboratory.enqueue(30);
      sink.faults.add(fault);
      const dispatcher = await laboratory.dispatcher({ impatient: fault.kind === 'hang' });
      const report = await dispatcher.dispatch();
      assert.equal(report.sent, 0);
      assert.equal(report.deferred, 30);
      const batch = await onlyBatch();
      assert.deepEqual([batch.attempts, batch.code, batch.lease, batch.waits], [1, code, null, true]);
      await laboratory.letTimePass();
      await dispatcher.dispatch();
      assert.deepEqual(new Set(sink.visits.map((visit) => visit.key)), new Set([batch.id]));
      await laboratory.assertSentOnce(addresses);
    });
  }

  test('a retry that comes while the first try is being worked on waits for it', async () => {
    const addresses = await laboratory.enqueue(10);
    sink.faults.add({ kind: 'slow', milliseconds: IMPATIENCE_MILLISECONDS + 1000 });
    const dispatcher = await laboratory.dispatcher({ impatient: true });
    await dispatcher.dispatch();
    await laboratory.letTimePass();
    await dispatcher.dispatch();
    assert.ok(sink.visits.some((visit) => visit.status === 409));
    await sink.until(() => sink.mailbox.count === 10, 'the slow request to be accepted');
    await laboratory.letTimePass();
    await laboratory.drain(dispatcher);
    await laboratory.assertSentOnce(addresses);
  });

  test('failures without end: given up after the attempts are used up, and sent after a redrive', async () => {
    const addresses = await laboratory.enqueue(5);
    sink.faults.add({ kind: 'error', status: 500, times: null });
    await laboratory.drain();
    await laboratory.assertLogged(addresses, 'failed', 'attempts_exhausted');
    assert.equal(sink.mailbox.count, 0);
    sink.faults.clear();
    const [{ redriven }] = await sql`select (public.redrive_emails()::jsonb ->> 'redriven')::int as redriven`;
    assert.equal(redriven, 5);
    await laboratory.drain();
    await laboratory.assertSentOnce(addresses);
  });
});

describe('answers that mean "rest"', () => {
  /** @type {[string, import('../../sink/faults.mjs').Fault, string][]} */
  const refusals = [
    ['the quota of the day', { kind: 'quota', name: 'daily_quota_exceeded' }, 'quota_exceeded'],
    ['the quota of the month', { kind: 'quota', name: 'monthly_quota_exceeded' }, 'quota_exceeded'],
    ['a restricted key', { kind: 'key', status: 401 }, 'sender_refused'],
    ['an invalid key', { kind: 'key', status: 403 }, 'sender_refused'],
    ['a sender that is no address', { kind: 'error', status: 422, name: 'invalid_from_address' }, 'sender_refused'],
  ];
  for (const [what, fault, code] of refusals) {
    test(`${what}: nothing is sent until the pause is over, and no attempt is lost`, async () => {
      const addresses = await laboratory.enqueue(20);
      sink.faults.add(fault);
      const dispatcher = await laboratory.dispatcher();
      await dispatcher.dispatch();
      const [sender] =
        await sql`select paused_until > now() + interval '5 minutes' as rests, error_code from private.email_sender`;
      assert.deepEqual([sender.rests, sender.error_code], [true, code]);
      assert.equal((await onlyBatch()).attempts, 0);

      await laboratory.letTimePass();
      const visits = sink.visits.length;
      assert.equal((await dispatcher.dispatch()).claimed, 0);
      assert.equal(sink.visits.length, visits, 'the mailer was bothered during the pause');

      await sql`update private.email_sender set paused_until = now() - interval '1 second'`;
      await laboratory.drain(dispatcher);
      await laboratory.assertSentOnce(addresses);
    });
  }
});

describe('answers that mean "never"', () => {
  test('one address the mailer refuses does not keep the other 99 back', async () => {
    const addresses = await laboratory.enqueue(100);
    const [bad] = addresses.splice(41, 1);
    sink.faults.add({ kind: 'refuse', pattern: `^${bad}$` });
    await laboratory.drain();
    await laboratory.assertSentOnce(addresses);
    await laboratory.assertLogged([bad], 'failed', 'invalid');
    assert.equal(sink.mailbox.to(bad).length, 0);
    assert.ok(sink.visits.length <= 20, `${sink.visits.length} requests to find one address`);
  });

  test('several bad addresses in several batches', async () => {
    const addresses = await laboratory.enqueue(250);
    const bad = [0, 99, 100, 180, 249].map((index) => addresses[index]);
    sink.faults.add({ kind: 'refuse', pattern: `^(${bad.join('|')})$` });
    await laboratory.drain();
    await laboratory.assertSentOnce(addresses.filter((address) => !bad.includes(address)));
    await laboratory.assertLogged(bad, 'failed', 'invalid');
  });

  test('the halves of a refused batch travel under keys of their own', async () => {
    const [bad] = await laboratory.enqueue(4);
    sink.faults.add({ kind: 'refuse', pattern: `^${bad}$` });
    await laboratory.drain();
    const keys = sink.visits.map((visit) => visit.key);
    assert.equal(new Set(keys).size, keys.length);
  });

  test('a key that the mailer knows with another body is not sent anew', async () => {
    const addresses = await laboratory.enqueue(3);
    sink.faults.add({ kind: 'drop_after' });
    const dispatcher = await laboratory.dispatcher();
    await dispatcher.dispatch();
    await sql`
      update private.emails set variables = variables || '{"other_name": "Somebody Else"}'
      where recipient = any(${addresses})`;
    await laboratory.letTimePass();
    await laboratory.drain(dispatcher);
    assert.equal(sink.visits.at(-1)?.status, 409);
    const tally = sink.mailbox.tally();
    assert.deepEqual(
      addresses.map((address) => tally.get(address)),
      [1, 1, 1],
    );
    const rows = await sql`select distinct status from private.email_log where recipient = any(${addresses})`;
    assert.deepEqual(
      rows.map((row) => row.status),
      ['sent'],
    );
  });
});

describe('a Data API that fails', () => {
  test('a settlement whose answer is lost is repeated, or taken up after the lease', async () => {
    const addresses = await laboratory.enqueue(30);
    for (let turn = 0; turn < 3; turn += 1)
      proxy.on({ rpc: 'settle_emails', when: 'before', action: 'answer', status: 503 });
    const dispatcher = await laboratory.dispatcher();
    const response = await dispatcher.call();
    assert.equal(response.status, 503);
    assert.equal((await response.json()).code, 'upstream_unavailable');
    await laboratory.letTimePass();
    await laboratory.drain(dispatcher);
    assert.ok(sink.visits.some((visit) => visit.replayed));
    await laboratory.assertSentOnce(addresses);
  });

  test('a settlement that broke off after it was executed is not counted twice', async () => {
    const addresses = await laboratory.enqueue(30);
    proxy.on({ rpc: 'settle_emails', when: 'after', action: 'break' });
    await laboratory.drain();
    await laboratory.assertSentOnce(addresses);
  });

  test('a claim that was executed twice leaves no mail behind', async () => {
    const addresses = await laboratory.enqueue(120);
    proxy.on({ rpc: 'claim_emails', when: 'before', action: 'duplicate' });
    await laboratory.drain();
    await laboratory.assertSentOnce(addresses);
  });

  test('a settlement that was executed twice settles once', async () => {
    const addresses = await laboratory.enqueue(30);
    proxy.on({ rpc: 'settle_emails', when: 'before', action: 'duplicate' });
    await laboratory.drain();
    await laboratory.assertSentOnce(addresses);
  });

  test('a claim that fails sends nothing and answers 503', async () => {
    const addresses = await laboratory.enqueue(3);
    proxy.on({ rpc: 'claim_emails', when: 'before', action: 'answer', status: 500 });
    const dispatcher = await laboratory.dispatcher();
    assert.ok([500, 503].includes((await dispatcher.call()).status));
    assert.equal(sink.visits.length, 0);
    await laboratory.drain(dispatcher);
    await laboratory.assertSentOnce(addresses);
  });
});
