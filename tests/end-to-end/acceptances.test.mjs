// @ts-check
// Who takes the terms back begins nothing new, by the Data API or by an edge function, and ends what they have.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { sql } from './platform/clients.mjs';
import { aCustomer, ask, memberOf } from './platform/companies.mjs';
import { newAddress } from './platform/people.mjs';
import { anApplicant } from './platform/specialists.mjs';

/** @type {Awaited<ReturnType<typeof aCustomer>>} */
let customer;
before(async () => {
  customer = await aCustomer();
});
after(() => sql.end());

/** @param {{ client: import('@supabase/supabase-js').SupabaseClient }} person @param {string} word @param {string} document */
async function say({ client }, word, document) {
  const { error } = await client.rpc(word, { p_document: document, ...(word === 'accept_document' && { p_version: '2026-11' }) });
  assert.equal(error, null);
}

test('who has taken the terms back begins nothing, and ends what they have', async () => {
  const person = await memberOf(customer.company, 'employee');
  assert.equal((await person.client.rpc('make_calendar_feed')).error, null);
  await say(person, 'withdraw_acceptance', 'terms');
  const { data } = await person.client.rpc('documents_to_accept');
  assert.deepEqual(data, [{ document: 'terms', version: '2026-11', accepted_version: null }]);
  const refused = await person.client.rpc('make_calendar_feed');
  assert.deepEqual([refused.status, refused.error?.code, refused.error?.message], [409, 'PT409', 'terms_required']);
  assert.equal((await person.client.rpc('revoke_calendar_feed')).error, null);
  await say(person, 'accept_document', 'terms');
  assert.equal((await person.client.rpc('make_calendar_feed')).error, null);
});

test('edge functions say so in the words of the contract', async () => {
  const { admin, company } = customer;
  await say(admin, 'withdraw_acceptance', 'privacy');
  const invited = await ask(admin, 'company-invite-employee', { company_id: company.id, invitations: [{ email: newAddress() }] });
  assert.deepEqual([invited.status, invited.body.code], [409, 'terms_required']);
  const noted = await ask(admin, 'session-notes', { booking_id: randomUUID(), version: 1, text: 'x' });
  assert.deepEqual([noted.status, noted.body.code], [409, 'terms_required']);
  await say(admin, 'accept_document', 'privacy');
  assert.equal((await ask(admin, 'company-invite-employee', { company_id: company.id, invitations: [{ email: newAddress() }] })).status, 200);
});

test('a specialist takes the standards back', async () => {
  const applicant = await anApplicant();
  await say(applicant, 'accept_document', 'professional_standards');
  await say(applicant, 'withdraw_acceptance', 'professional_standards');
  const { data } = await applicant.client.rpc('documents_to_accept');
  assert.deepEqual(data.map((/** @type {{ document: string }} */ one) => one.document), ['professional_standards']);
});
