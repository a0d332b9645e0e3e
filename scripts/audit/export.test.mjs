// @ts-check
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { verifyExport } from './export.mjs';
import { newKey, readVerifier, verifyingKey } from './notes.mjs';
import { signedCheckpoint } from './signed-checkpoint.mjs';
import { Tree, leafHash, rootOf } from './tree.mjs';

const secret = newKey('audit.test/log');
const verifiers = [readVerifier(verifyingKey(secret))];

/** @param {number} size @param {string} root in hex */
const note = (size, root) => signedCheckpoint(secret, size, Buffer.from(root, 'hex'));

/** @param {Buffer[]} leaves */
function rootBy(leaves) {
  const tree = new Tree();
  for (const leaf of leaves) tree.push(leaf);
  return Buffer.from(tree.root(), 'hex');
}

/** By the definition of RFC 9162, 2.1.3.1. @param {number} index @param {Buffer[]} leaves @returns {Buffer[]} */
function pathBy(index, leaves) {
  if (leaves.length === 1) return [];
  const half = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return index < half ? [...pathBy(index, left), rootBy(right)] : [...pathBy(index - half, right), rootBy(left)];
}

test('a path leads to the root from each leaf of trees of every size, and from no other', () => {
  for (let size = 1; size <= 33; size += 1) {
    const leaves = Array.from({ length: size }, (_, n) => leafHash(`${n}`));
    const root = rootBy(leaves).toString('hex');
    for (let index = 0; index < size; index += 1) {
      const path = pathBy(index, leaves);
      assert.equal(rootOf(index, size, leaves[index], path), root, `${index} of ${size}`);
      assert.notEqual(rootOf(index, size, leafHash('other'), path), root);
      if (size > 1) assert.notEqual(rootOf((index + 1) % size, size, leaves[index], path), root);
      assert.equal(rootOf(index, size, leaves[index], [...path, leafHash('more')]), null);
    }
    assert.equal(rootOf(size, size, leaves[0], []), null);
  }
});

const SALT = '00112233-4455-6677-8899-aabbccddeeff';
const PAYLOAD = [null, '{"n": 1}', '{}', '10.0.0.1', 'Agent \u{1F512}', null];

/** An export of five entries, of which the third is an act of the person, and the fifth one of an admin. */
function anExport() {
  const digest = createHash('sha256').update(Buffer.from(SALT.replaceAll('-', ''), 'hex')).update(JSON.stringify(PAYLOAD)).digest('hex');
  const entries = [1, 2, 3, 4, 5].map((n) => ({
    occurred_at: `2026-11-30T12:00:0${n}+00:00`, user_id: 'me', actor_role: 'authenticated', action: 'test.act', entity_type: 'tests', entity_id: String(n), status: 'success',
  }));
  const sealed = entries.map((one) => JSON.stringify(['me', 'me', 'authenticated', 'test.act', 'tests', one.entity_id, null, null, 'success', digest]));
  const texts = sealed.map((one, n) => JSON.stringify(['evenkeel/audit/1', String(n), `2026-11-30T12:00:0${n + 1}.000000Z`, createHash('sha256').update(one).digest('hex')]));
  const leaves = texts.map((text) => leafHash(text));
  const proof = (/** @type {number} */ n, /** @type {boolean} */ shown) => ({
    leaf_index: n, tree_size: 5, leaf_hash: leaves[n].toString('base64'), leaf: shown ? texts[n] : null, entry: shown ? sealed[n] : null, path: pathBy(n, leaves).map((one) => one.toString('base64')),
  });
  return {
    format: 'evenkeel/export/1',
    checkpoints: [note(5, rootBy(leaves).toString('hex'))],
    tables: { 'public.audit_logs': [
      { ...entries[2], own: { payload: [...PAYLOAD], salt: SALT }, proof: proof(2, true) },
      { ...entries[4], proof: /** @type {any} */ (proof(4, false)) },
      { ...entries[4], proof: null },
    ] },
  };
}

/** @param {(made: any) => void} [change] @param {Map<string, string>} [kept] */
function kindsAfter(change = () => {}, kept = new Map()) {
  const made = anExport();
  change(made);
  return verifyExport(made, { verifiers, kept }).faults.map(({ kind }) => kind);
}

test('what was sealed is proven, as far as the person may see it', () => {
  assert.deepEqual(verifyExport(anExport(), { verifiers, kept: new Map() }), { entries: 3, proven: 2, opened: 1, faults: [] });
});

/** @type {[string, string[], (made: any) => void][]} */
const CHANGES = [
  ['an action', ['altered'], (made) => { made.tables['public.audit_logs'][0].action = 'test.other'; }],
  ['a time', ['altered'], (made) => { made.tables['public.audit_logs'][0].occurred_at = '2026-11-30T12:00:04+00:00'; }],
  ['what it says', ['altered'], (made) => { made.tables['public.audit_logs'][0].own.payload[1] = '{"n": 2}'; }],
  ['its leaf', ['altered'], (made) => { const { proof } = made.tables['public.audit_logs'][0]; proof.leaf = proof.leaf.replace('12:00', '12:01'); }],
  ['what its leaf is of', ['altered'], (made) => { const [one] = made.tables['public.audit_logs']; one.action = 'test.ant'; one.proof.entry = one.proof.entry.replace('test.act', 'test.ant'); }],
  ['its hash', ['not in the log'], (made) => { made.tables['public.audit_logs'][1].proof.leaf_hash = leafHash('other').toString('base64'); }],
  ['its place', ['not in the log'], (made) => { made.tables['public.audit_logs'][1].proof.leaf_index = 3; }],
  ['the checkpoint', ['unsigned', 'no checkpoint', 'no checkpoint'], (made) => { made.checkpoints[0] = made.checkpoints[0].replace('\n5\n', '\n6\n'); }],
  ['the format', ['format'], (made) => { made.format = 'other'; }],
];
for (const [what, kinds, change] of CHANGES) test(`${what} changed: ${kinds[0]}`, () => assert.deepEqual(kindsAfter(change), kinds));

test('a log that was written anew for this export does not fit a checkpoint of elsewhere', () => {
  assert.deepEqual(kindsAfter(undefined, new Map([['kept', note(5, leafHash('other').toString('hex'))]])), ['rewritten']);
});
