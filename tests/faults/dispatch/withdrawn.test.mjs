// @ts-check
// A dispatcher dies with a batch in its hands, and before the next one tries it again some of its mails became useless.
// Those are not sent any more, and of the others none twice, whether the mailer had taken the first try or not.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sql } from '../../end-to-end/platform/clients.mjs';
import { Laboratory } from './laboratory.mjs';

const laboratory = new Laboratory();
const { sink } = laboratory;
before(() => laboratory.open());
beforeEach(() => laboratory.reset());
after(() => laboratory.close());

/** Enqueues mails, and has a dispatcher die while its batch is with the mailer. @param {boolean} accepted */
async function orphan(accepted) {
  const addresses = await laboratory.enqueue(30);
  sink.faults.add({ kind: 'hang', accept: accepted, path: '/emails/batch' });
  const victim = await laboratory.dispatcher();
  const run = victim.dispatch().catch(() => {});
  await sink.until(() => sink.visits.some((visit) => visit.status === 'hung'), 'the batch to be with the mailer');
  await victim.kill();
  await run;
  return { useless: addresses.slice(0, 7), useful: addresses.slice(7) };
}

/** @param {string[]} addresses */
const makeUseless = (addresses) => sql`update private.emails set useless_after = now() where recipient = any(${addresses})`;

/** How often the mailer accepted a mail to each. @param {string[]} addresses */
function timesAccepted(addresses) {
  const tally = sink.mailbox.tally();
  return [...new Set(addresses.map((address) => tally.get(address) ?? 0))];
}

/** @param {string[]} addresses */
async function logged(addresses) {
  const rows = await sql`select distinct status, error_code from private.email_log where recipient = any(${addresses})`;
  return rows.map(({ status, error_code }) => [status, error_code]);
}

test('the first try was not taken: the rest is sent, and what is useless is not', async () => {
  const { useless, useful } = await orphan(false);
  await makeUseless(useless);
  await laboratory.letTimePass();
  await laboratory.drain();
  assert.deepEqual(timesAccepted(useless), [0]);
  assert.deepEqual(await logged(useless), [['skipped', 'too_late']]);
  await laboratory.assertSentOnce(useful);
});

test('the first try was taken: nothing is sent again, and all of it counts as sent', async () => {
  const { useless, useful } = await orphan(true);
  await makeUseless(useless);
  await laboratory.letTimePass();
  await laboratory.drain();
  assert.deepEqual(timesAccepted([...useless, ...useful]), [1]);
  assert.deepEqual(await logged([...useless, ...useful]), [['sent', null]]);
});

test('nothing of it is of use any more: nobody asks the mailer', async () => {
  const { useless, useful } = await orphan(false);
  await makeUseless([...useless, ...useful]);
  await laboratory.letTimePass();
  const visits = sink.visits.length;
  await laboratory.drain();
  assert.equal(sink.visits.length, visits);
  assert.deepEqual(await logged([...useless, ...useful]), [['skipped', 'too_late']]);
});

test('more and more of it is of no use, and its dispatchers die one after the other', async () => {
  const { useless, useful } = await orphan(false);
  const left = [...useless, ...useful];
  while (left.length > 15) {
    await makeUseless(left.splice(0, 5));
    await laboratory.letTimePass();
    const hung = sink.visits.filter((visit) => visit.status === 'hung').length;
    sink.faults.add({ kind: 'hang', accept: left.length === 15, path: '/emails/batch' });
    const victim = await laboratory.dispatcher();
    const run = victim.dispatch().catch(() => {});
    await sink.until(() => sink.visits.filter((visit) => visit.status === 'hung').length > hung, 'the batch to be with the mailer');
    await victim.kill();
    await run;
  }
  // The last of them had its batch accepted.
  await makeUseless(left.splice(0, 5));
  await laboratory.letTimePass();
  await laboratory.drain();
  assert.deepEqual(timesAccepted(left), [1]);
  assert.ok(Math.max(...sink.mailbox.tally().values()) === 1, 'nobody got a mail twice');
});
