#!/usr/bin/env node
// @ts-check
// Makes a key of the audit log: on the first line what signs, for AUDIT_KEYS, on the second what verifiers need.
// With `--verifying` it reads a signing key from its input instead, so that no argument holds it.
import { text } from 'node:stream/consumers';
import { UserError } from '../stack/user-error.mjs';
import { newKey, verifyingKey } from './notes.mjs';

try {
  if (process.argv[2] === '--verifying') {
    console.log(verifyingKey(await text(process.stdin)));
  } else {
    if (!process.argv[2]) throw new UserError('Name the log: node scripts/audit/key.mjs example.com/audit');
    const key = newKey(process.argv[2]);
    console.log(`${key}\n${verifyingKey(key)}`);
  }
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
