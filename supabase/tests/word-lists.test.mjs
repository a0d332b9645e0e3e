// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { differences, differencesOfWorkers, wordsIn } from './word-lists.mjs';

const WORDS = {
  company_role: ['employee', 'manager', 'admin'],
  document_status: ['pending'],
  document_type: ['license', 'other'],
  specialist_status: ['verified'],
  subscription_status: ['trial'],
};

/** @param {Partial<Record<'Role' | 'DocumentType', unknown>>} [changed] */
function openapi(changed = {}) {
  const schemas = {
    Role: { enum: ['admin', 'manager', 'employee'] },
    DocumentStatus: { oneOf: [{ const: 'pending', type: 'string' }] },
    DocumentType: { enum: WORDS.document_type },
    SpecialistStatus: { enum: WORDS.specialist_status },
    SubscriptionStatus: { enum: WORDS.subscription_status },
    ...changed,
  };
  return { components: { schemas } };
}

test('the same words in another order are the same list', () => {
  assert.deepEqual(differences(new Map(Object.entries(WORDS)), openapi()), []);
});

for (const [what, changed] of Object.entries({
  'a word that the schema has not': { Role: { enum: ['admin', 'manager', 'employee', 'owner'] } },
  'a word that is missing': { Role: { enum: ['admin', 'manager'] } },
  'a list that has gone': { DocumentType: undefined },
})) {
  test(`refused in openapi.json: ${what}`, () => assert.equal(differences(new Map(Object.entries(WORDS)), openapi(changed)).length, 1));
}

test('refused: a domain that has gone', () => {
  const { company_role: _, ...others } = WORDS;
  assert.equal(differences(new Map(Object.entries(others)), openapi()).length, 1);
});

test('a word that the workers know, or the domain, and not both, is a difference', () => {
  const lists = new Map([['mail_stream', ['mail', 'reminder']]]);
  assert.deepEqual(differencesOfWorkers(lists, { mail_stream: ['reminder', 'mail'] }), []);
  assert.equal(differencesOfWorkers(lists, { mail_stream: ['mail'] }).length, 1);
  assert.equal(differencesOfWorkers(lists, { token_purpose: ['invitation'] }).length, 1);
});

test('words are whatever is listed; what narrows a list, or is none, leaves no words', () => {
  const list = "CHECK ((VALUE = ANY (ARRAY['other'::text, 'other2'::text, 'in-person'::text, 'EU'::text])))";
  assert.deepEqual(wordsIn([list]), ['other', 'other2', 'in-person', 'EU']);
  assert.deepEqual(wordsIn(["CHECK ((VALUE = 'other'::text))"]), ['other']);
  assert.deepEqual([wordsIn([list, "CHECK ((VALUE <> 'other'::text))"]), wordsIn(["CHECK ((VALUE <> 'other'::text))"]), wordsIn([])], [[], [], []]);
});
