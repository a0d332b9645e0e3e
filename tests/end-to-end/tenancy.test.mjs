// @ts-check
// Two companies, and everybody of each tries every function for signed-in people with the other's ids.
// Nothing is told, and nothing is changed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { as, ask } from './platform/companies.mjs';
import { root } from './platform/environment.mjs';
import { callFunction } from './platform/functions.mjs';
import { newAddress } from './platform/people.mjs';
import { rowsOf, tenant, total } from './platform/tenants.mjs';

after(() => sql.end());

/** @typedef {import('./platform/tenants.mjs').Tenant} Tenant */

/** What a stranger can ask of each function, with the ids of a company. @type {Record<string, (victim: Tenant) => object[]>} */
const attacks = {
  '/company-assign-plan': ({ company, plan }) =>
    ['trial', 'active', 'suspended', 'cancelled'].map((status) => ({
      company_id: company.id,
      plan: plan.slug,
      status,
      seats: 1,
      reason: 'A stranger says so.',
    })),
  '/company-invite-employee': ({ company, invitee, people }) => [
    { company_id: company.id, invitations: [{ email: newAddress('intruder'), role: 'admin' }] },
    { company_id: company.id, invitations: [{ email: invitee }, { email: people.admin.email }] },
    { company_id: company.id, invitations: [{ email: 'no address' }] },
  ],
  '/session-notes': ({ booking }) => [1, 2].map((version) => ({ booking_id: booking, version, text: 'A note of a stranger.' })),
  '/session-notes/read': ({ booking }) => [{ booking_id: booking }, { booking_id: booking, version: 1 }],
  '/session-recordings': ({ booking }) => [{ booking_id: booking, file_hash: '0'.repeat(64), mime_type: 'video/mp4', file_size: 1 }],
  '/session-recordings/complete': ({ booking }) => [{ recording_id: booking }],
  '/session-recordings/open': ({ booking }) => [{ recording_id: booking }],
  '/company-invite-employee/resend': ({ invitation }) => [{ invitation_id: invitation }],
  '/company-invite-employee/revoke': ({ invitation }) => [{ invitation_id: invitation }],
  '/company-invitation-accept': ({ token }) => [
    { token, terms: { terms: '2026-11', privacy: '2026-11' } },
    { token, terms: { terms: '2026-11', privacy: '2026-11' }, password: 'a password of a stranger' },
  ],
};

/** For platform admins, about nobody's company: refused to everybody here, by `contract.test.mjs`. */
const FOR_US = ['/specialist-verify', '/specialist-verify/open', '/specialist-verify/queue', '/email-templates/preview', '/email-templates/save'];

/** About the caller alone: `email-change.test.mjs`, with the same answer for every address, and `feature-flags.test.mjs`. */
const ABOUT_ONESELF = ['/auth-email-change', '/feature-flags/ofrep/v1/evaluate/flags', '/feature-flags/ofrep/v1/evaluate/flags/{key}'];

/** The functions that the contract has for people. */
function forPeople() {
  const { paths } = JSON.parse(readFileSync(path.join(root, 'openapi.json'), 'utf8'));
  const elsewhere = [...FOR_US, ...ABOUT_ONESELF];
  return Object.keys(paths).filter((one) => JSON.stringify(paths[one]).includes('"person"') && !elsewhere.includes(one));
}

test('nobody of a company learns or changes anything of another through a function', async (context) => {
  assert.deepEqual(Object.keys(attacks).sort(), forPeople().sort(), 'a function for people is not attacked here');
  const tenants = [await tenant(), await tenant()];
  const before = await rowsOf(tenants);
  /** @type {Record<string, number>} */
  const answers = {};
  let sent = 0;
  for (const [attacker, victim] of [tenants, [...tenants].reverse()]) {
    for (const [role, person] of Object.entries(attacker.people)) {
      const headers = await as(person);
      for (const [route, requests] of Object.entries(attacks)) {
        for (const body of requests(victim)) {
          const response = await callFunction(route.slice(1), { headers, body });
          const text = await response.text();
          const what = `${role} to ${route}: ${response.status} ${text}`;
          assert.ok([403, 404].includes(response.status), what);
          const asked = JSON.stringify(body);
          for (const secret of victim.secrets) assert.ok(asked.includes(secret) || !text.includes(secret), what);
          const code = `${response.status} ${JSON.parse(text).code}`;
          answers[code] = (answers[code] ?? 0) + 1;
          sent += 1;
        }
      }
    }
  }
  const now = await rowsOf(tenants);
  assert.deepEqual(now, before);
  assert.ok(total(before) > 50, 'there was little to be changed');
  context.diagnostic(
    `${sent} requests by 6 people to ${Object.keys(attacks).length} functions: ${JSON.stringify(answers)}; ` +
      `${total(before)} rows in ${Object.keys(before).length} tables are as before`,
  );

  // The same requests do something for whoever may send them, and the comparison sees it.
  const { people, invitation, company } = tenants[0];
  const own = await ask(people.admin, 'company-invite-employee/revoke', { invitation_id: invitation });
  assert.equal(own.status, 200, JSON.stringify(own.body));
  const row = { email: newAddress('colleague') };
  const invited = await ask(people.admin, 'company-invite-employee', { company_id: company.id, invitations: [row] });
  assert.equal(invited.body.results[0].status, 'invited');
  assert.notDeepEqual(await rowsOf(tenants), before);
});
