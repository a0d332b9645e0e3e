// @ts-check
// The dispatcher dies at every step of a batch. Whoever comes next finishes its work: afterwards
// every mail was accepted exactly once.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from '../../end-to-end/platform/clients.mjs';
import { unconfirmed } from '../../end-to-end/platform/people.mjs';
import { Laboratory } from './laboratory.mjs';

const laboratory = new Laboratory();
const { sink, proxy } = laboratory;
before(() => laboratory.open());
beforeEach(() => laboratory.reset());
after(() => laboratory.close());

/** @param {string} rpc @param {'before' | 'after'} when */
function atCall(rpc, when) {
  const hold = proxy.holdAt(rpc, when);
  return { reached: () => hold.reached, release: () => hold.release() };
}

/** @param {boolean} accept @param {number} skip */
function atMailer(accept, skip = 0) {
  sink.faults.add({ kind: 'hang', accept, skip });
  const reached = () => sink.until(() => sink.visits.some((visit) => visit.status === 'hung'), 'a request that hangs');
  return { reached, release: () => {} };
}

/** @type {Record<string, () => { reached: () => Promise<unknown>, release: () => void }>} */
const steps = {
  'before the claim reaches the database': () => atCall('claim_emails', 'before'),
  'after the claim, before its answer': () => atCall('claim_emails', 'after'),
  'before the digests of the links are stored': () => atCall('seal_token_hashes', 'before'),
  'after they are stored, before the answer': () => atCall('seal_token_hashes', 'after'),
  'while the first batch is with the mailer, not accepted': () => atMailer(false),
  'after the mailer accepted the first batch, before its answer': () => atMailer(true),
  'after the mailer accepted the third batch, before its answer': () => atMailer(true, 2),
  'after the answers, before they are settled': () => atCall('settle_emails', 'before'),
  'after they are settled, before the answer': () => atCall('settle_emails', 'after'),
};

for (const [step, arrange] of Object.entries(steps)) {
  test(`killed ${step}`, async () => {
    const people = await Promise.all([unconfirmed(), unconfirmed()]);
    const addresses = [...(await laboratory.enqueue(230)), ...people.map((person) => person.email)];
    const point = arrange();
    const victim = await laboratory.dispatcher();
    const run = victim.dispatch().then(
      () => assert.fail('the run ended before it could be killed'),
      (error) => assert.match(String(error), /fetch failed|terminated/),
    );
    await point.reached();
    await victim.kill();
    point.release();
    await run;
    await laboratory.letTimePass();
    await laboratory.drain();
    await laboratory.assertSentOnce(addresses);
  });
}

test('a mail with a link carries the same link after a death', async () => {
  const { email } = await unconfirmed();
  sink.faults.add({ kind: 'hang', accept: false, path: '/emails' });
  const victim = await laboratory.dispatcher();
  const run = victim.dispatch().catch(() => {});
  await sink.until(() => sink.visits.some((visit) => visit.status === 'hung'), 'the mail to be with the mailer');
  const [{ token_hash: sealed }] =
    await sql`select token_hash from public.email_verification_tokens where email = ${email}`;
  assert.match(sealed, /^[0-9a-f]{64}$/, 'a link may not leave before its digest is stored');
  await victim.kill();
  await run;
  await laboratory.letTimePass();
  await laboratory.drain();
  await laboratory.assertSentOnce([email]);
  const [{ token_hash: stored }] =
    await sql`select token_hash from public.email_verification_tokens where email = ${email}`;
  assert.equal(stored, sealed);
});

test('killed again and again, it still gets done', async () => {
  const addresses = await laboratory.enqueue(700);
  for (let death = 0; death < 5; death += 1) {
    const seen = sink.visits.length;
    const victim = await laboratory.dispatcher();
    const run = victim.dispatch().catch(() => {});
    await sink.until(() => sink.visits.length > seen + death, 'some batches to be sent', 10).catch(() => {});
    await victim.kill();
    await run;
    await laboratory.letTimePass();
  }
  await laboratory.drain();
  await laboratory.assertSentOnce(addresses);
});

test('two at a time, each killed at a moment that nobody chose, they send every mail once', async () => {
  const addresses = await laboratory.enqueue(3000);
  for (let death = 0; death < 8; death += 1) {
    const victims = await Promise.all([laboratory.dispatcher(), laboratory.dispatcher()]);
    const runs = victims.map(async (victim) => {
      const run = victim.dispatch().catch(() => {});
      await pause(Math.random() * 250);
      await victim.kill();
      await run;
    });
    await Promise.all(runs);
    await laboratory.letTimePass();
  }
  await laboratory.drain();
  await laboratory.assertSentOnce(addresses);
});
