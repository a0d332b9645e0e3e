// @ts-check
// A password as PostgreSQL keeps it. A statement with the password itself would be in logs and in the statistics of
// statements; psql's \password sends this instead, too.
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

const ITERATIONS = 4096;

/** The SCRAM-SHA-256 verifier of a password (RFC 5803, RFC 7677). @param {string} password in ASCII @param {Buffer} [salt] */
export function scramVerifier(password, salt = randomBytes(16)) {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const keyed = (/** @type {string} */ text) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${keyed('Server Key').toString('base64')}`;
}
