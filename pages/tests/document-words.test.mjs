// @ts-check
// What the pages about documents say and refuse before anything is sent.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { projectRoot } from '../../scripts/stack/settings.mjs';
import { decisionText, outcomeText, sizeRefusal, standingText } from '../assets/document-words.js';
import { kindOf } from '../assets/file-kind.js';

const MB = 1024 * 1024;

test('a file is taken by its size', () => {
  assert.equal(sizeRefusal(1), '');
  assert.equal(sizeRefusal(10 * MB), '');
  assert.match(sizeRefusal(10 * MB + 1), /has 10\.1 MB\. Up to 10 MB/);
  assert.match(sizeRefusal(0), /empty/);
});

test('the kind of a file is told by its content, as the function tells it', () => {
  /** @type {[string, string, string][]} a character for each byte */
  const files = [
    ['a PDF', '%PDF-1.7', 'application/pdf'],
    ['after a byte order mark', '\xef\xbb\xbf%PDF-1.4', 'application/pdf'],
    ['after blank lines', '\r\n \n%PDF-1.4', 'application/pdf'],
    ['after lines of a gateway', 'Received\n%PDF-1.4', 'application/pdf'],
    ['as late as readers look', `${'x'.repeat(1019)}%PDF-`, 'application/pdf'],
    ['a byte later', `${'x'.repeat(1020)}%PDF-`, ''],
    ['a JPEG', '\xff\xd8\xff\xe0', 'image/jpeg'],
    ['a JPEG with a header of a PDF within', '\xff\xd8\xff\xe0%PDF-1.7', 'image/jpeg'],
    ['a JPEG after a byte', ' \xff\xd8\xff\xe0', ''],
    ['a PNG', '\x89PNG\r\n\x1a\n', 'image/png'],
    ['a PNG that is cut off', '\x89PNG', ''],
    ['a page', '<script>alert(1)</script>', ''],
    ['a workbook', 'PK\x03\x04', ''],
    ['nothing', '', ''],
  ];
  for (const [name, content, kind] of files) assert.equal(kindOf(Buffer.from(content, 'latin1')), kind, name);
});

test('the page takes a file that is as large as the database and the bucket allow, and no larger', async () => {
  const schema = await readFile(path.join(projectRoot, 'supabase/schema.sql'), 'utf8');
  const most = Number(/\(file_size >= 1\) AND \(file_size <= (\d+)\)/.exec(schema)?.[1]);
  assert.equal(sizeRefusal(most), '');
  assert.match(sizeRefusal(most + 1), /Up to/);
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

test('a decision is told as it is, whoever made it', () => {
  const decided = decisionText({ status: 'rejected', decided_at: '2026-11-25T10:00:00Z', reason: 'It is illegible.' });
  assert.match(decided, /^Somebody was faster: rejected 25 Nov 2026.*, because: It is illegible\.$/);
  assert.equal(outcomeText('verified', 'verified'), 'Verified. The specialist is mailed, and is verified now.');
  assert.equal(outcomeText('rejected', 'pending'), 'Rejected. The specialist is mailed, and is not verified yet.');
  assert.equal(outcomeText('rejected', 'verified'), 'Rejected. The specialist is mailed, and stays verified by the other documents.');
});
