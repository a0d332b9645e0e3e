// @ts-check

/** A token whose last byte is another one: right id, wrong secret. @param {string} token */
export function forged(token) {
  const bytes = Buffer.from(token, 'base64url');
  bytes[bytes.length - 1] ^= 1;
  return bytes.toString('base64url');
}
