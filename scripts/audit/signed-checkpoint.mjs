// @ts-check
// Checkpoints as audit-seal signs them, for tests.
import { sign } from 'node:crypto';
import { readSecret } from './notes.mjs';

/** @param {string} secret of `newKey` @param {number} size @param {Buffer} root */
export function signedCheckpoint(secret, size, root) {
  const { name, id, key } = readSecret(secret);
  const text = `${name}\n${size}\n${root.toString('base64')}\n`;
  return `${text}\n\u2014 ${name} ${Buffer.concat([Buffer.from(id, 'hex'), sign(null, Buffer.from(text), key)]).toString('base64')}\n`;
}
