// @ts-check
// Checkpoints as audit-seal signs them, for tests.
import { createPrivateKey, sign } from 'node:crypto';

/** What stands before a seed in DER. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** @param {string} secret of `newKey` @param {number} size @param {Buffer} root */
export function signedCheckpoint(secret, size, root) {
  // The key is base64, in which there may be a + as well.
  const [, , name, id, ...key] = secret.split('+');
  const der = Buffer.concat([PKCS8, Buffer.from(key.join('+'), 'base64').subarray(1)]);
  const text = `${name}\n${size}\n${root.toString('base64')}\n`;
  const signature = sign(null, Buffer.from(text), createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return `${text}\n\u2014 ${name} ${Buffer.concat([Buffer.from(id, 'hex'), signature]).toString('base64')}\n`;
}
