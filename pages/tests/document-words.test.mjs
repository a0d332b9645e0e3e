// @ts-check
// What the pages about documents say and refuse before anything is sent.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { projectRoot } from '../../scripts/stack/settings.mjs';
import { decisionText, fileRefusal, refusal, standingText } from '../assets/document-words.js';

const MB = 1024 * 1024;

test('a file is taken by its kind and size', () => {
  for (const type of ['application/pdf', 'image/jpeg', 'image/png']) {
    assert.equal(fileRefusal({ type, size: 1 }), '');
    assert.equal(fileRefusal({ type, size: 10 * MB }), '');
  }
  for (const type of ['', 'text/html', 'image/svg+xml', 'application/zip']) {
    assert.match(fileRefusal({ type, size: 1 }), /PDF/, type);
  }
  assert.match(fileRefusal({ type: 'image/png', size: 10 * MB + 1 }), /has 10\.1 MB\. Up to 10 MB/);
  assert.match(fileRefusal({ type: 'image/png', size: 0 }), /empty/);
});

test('the page takes a file that is as large as the database and the bucket allow, and no larger', async () => {
  const schema = await readFile(path.join(projectRoot, 'supabase/schema.sql'), 'utf8');
  const most = Number(/\(file_size >= 1\) AND \(file_size <= (\d+)\)/.exec(schema)?.[1]);
  assert.equal(fileRefusal({ type: 'image/png', size: most }), '');
  assert.match(fileRefusal({ type: 'image/png', size: most + 1 }), /Up to/);
});

test('a specialist reads how they stand, and what is missing', () => {
  const standards = { version: '2026-11', accepted: true };
  assert.match(standingText({ status: 'verified', missing: [], standards }), /can be booked/);
  assert.match(standingText({ status: 'pending', missing: ['license', 'insurance'], standards }), /Missing: licence, insurance\./);
  const unaccepted = { ...standards, accepted: false };
  assert.match(standingText({ status: 'pending', missing: [], standards: unaccepted }), /professional standards\./);
  assert.match(standingText({ status: 'pending', missing: [], standards }), /approved first/);
  assert.match(standingText({ status: 'suspended', missing: ['license'], standards }), /suspended/);
  assert.match(standingText({ status: 'rejected', missing: [], standards }), /not accepted/);
});

test('a refusal has words, whatever its code', () => {
  assert.match(refusal('file_missing'), /never uploaded/);
  assert.equal(refusal('what_is_this'), refusal(undefined));
  const decided = decisionText({ status: 'rejected', decided_at: '2026-11-25T10:00:00Z', reason: 'It is illegible.' });
  assert.match(decided, /^Somebody was faster: rejected 25 Nov 2026.*, because: It is illegible\.$/);
});
