// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import { newKey, notesIn, openCheckpoint, readVerifier, verifyingKey } from './notes.mjs';
import { signedCheckpoint } from './signed-checkpoint.mjs';

const secret = newKey('audit.test/log');
const verifiers = [readVerifier(verifyingKey(secret))];
/** @param {number} size */
const note = (size) => signedCheckpoint(secret, size, Buffer.alloc(32, size));
const opened = (/** @type {string} */ file) => notesIn(file).map((one) => openCheckpoint(one, verifiers));
const of = (/** @type {number} */ size) => ({ origin: 'audit.test/log', size, root: Buffer.alloc(32, size).toString('hex') });

test('a note is read as it is, and as what somebody copied', () => {
  assert.deepEqual(notesIn(note(7)), [note(7)]);
  assert.deepEqual(notesIn(`Kept:\n\n${note(7)}\nAnd another one:\n\n${note(8)}`), [note(7), note(8)]);
  assert.deepEqual(notesIn(note(7).trimEnd().replaceAll('\n', '\r\n')), [note(7)]);
  assert.deepEqual(notesIn('A mail of nothing.\n\n\u2014 somebody\n'), []);
});

for (const textEncoding of /** @type {const} */ (['quoted-printable', 'base64'])) {
  for (const lines of ['\n', '\r\n']) {
    test(`and as a mail that was saved: ${textEncoding}, lines that end with ${JSON.stringify(lines)}`, async () => {
      const text = `This is a checkpoint \u00fcber 7:\n\n${note(7)}\nKeep it.\n`;
      const message = { from: 'a@b.test', to: 'c@d.test', subject: 'x', text, html: `<p>${text.replaceAll('\n', '<br>')}</p>`, textEncoding };
      for (const made of [message, { ...message, html: undefined }]) {
        const eml = (await new MailComposer(made).compile().build()).toString().replaceAll('\r\n', lines);
        assert.ok(textEncoding !== 'base64' || !eml.includes('audit.test'));
        assert.deepEqual(opened(eml), [of(7)]);
      }
    });
  }
}

test('what was changed of it on the way is signed by nobody', () => {
  assert.deepEqual(opened(note(7).replace('\n7\n', '\n8\n')), ['is signed by none of the keys']);
  assert.deepEqual(opened(note(7).replace('\n\n', '\nmore\n\n')), ['is signed by none of the keys']);
});
