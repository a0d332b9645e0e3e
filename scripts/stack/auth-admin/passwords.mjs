// @ts-check
import { AuthError, validationFailed } from './errors.mjs';

/** bcrypt reads no further; Auth refuses instead of cutting off. */
const MAX_BYTES = 72;

/** @param {string} password */
export function assertNotTooLong(password) {
  if (Buffer.byteLength(password) > MAX_BYTES) {
    throw validationFailed(`Password cannot be longer than ${MAX_BYTES} characters`);
  }
}

/** @param {string} password @param {number} minimum */
export function assertStrong(password, minimum) {
  if (Buffer.byteLength(password) < minimum) {
    throw new AuthError(422, 'weak_password', `Password should be at least ${minimum} characters.`, {
      weak_password: { reasons: ['length'] },
    });
  }
}

/** @param {import('postgres').ISql<{}>} sql @param {string} password */
export async function hashPassword(sql, password) {
  const [{ hash }] = await sql`select extensions.crypt(${password}, extensions.gen_salt('bf', 10)) as hash`;
  return hash;
}

/**
 * bcrypt in the database's own code. $2b$, as lite writes, is what pgcrypto knows as $2a$.
 * @param {import('postgres').ISql<{}>} sql @param {string} password @param {string} hash
 */
export async function isPasswordOf(sql, password, hash) {
  const known = hash.replace(/^\$2[by]\$/, '$2a$');
  const [{ valid }] = await sql`select extensions.crypt(${password}, ${known}) = ${known} as valid`;
  return valid === true;
}
