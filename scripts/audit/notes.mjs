// @ts-check
// Signed notes of C2SP (signed-note, tlog-checkpoint): keys, and checkpoints that were signed with them.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { UserError } from '../stack/user-error.mjs';

/** The type of Ed25519 in a key. */
const ED25519 = 1;
const PREFIX = 'PRIVATE+KEY+';
/** What stands before a seed, and before a key, in DER. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** @typedef {{ name: string, id: string, key: import('node:crypto').KeyObject }} Verifier */
/** @typedef {{ origin: string, size: number, root: string }} Checkpoint */

/** The id of a key, in hex. @param {string} name @param {Buffer} typed */
const idOf = (name, typed) => createHash('sha256').update(`${name}\n`).update(typed).digest('hex').slice(0, 8);

/** @param {string} part base64url @returns {Buffer} */
const typed = (part) => Buffer.concat([Buffer.of(ED25519), Buffer.from(part, 'base64url')]);

/** A new key, as Go's `note.GenerateKey` writes it. @param {string} name */
export function newKey(name) {
  if (!/^[!-*,-~]{1,100}$/.test(name)) throw new UserError('The name of a log is of 1 to 100 letters, digits and signs, and no plus: example.com/audit.');
  const { d, x } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return `${PREFIX}${name}+${idOf(name, typed(/** @type {string} */ (x)))}+${typed(/** @type {string} */ (d)).toString('base64')}`;
}

/** @param {string} secret of `newKey` @returns {Verifier} with the key that signs */
export function readSecret(secret) {
  const [, name, id, seed] = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(secret.trim()) ?? [];
  if (!name) throw new UserError('A signing key is like PRIVATE+KEY+example.com/audit+1234abcd+AbC...');
  return { name, id, key: createPrivateKey({ key: Buffer.concat([PKCS8, Buffer.from(seed, 'base64').subarray(1)]), format: 'der', type: 'pkcs8' }) };
}

/** What verifiers need of a key. @param {string} secret */
export function verifyingKey(secret) {
  const { name, id, key } = readSecret(secret);
  const { x } = createPublicKey(/** @type {any} */ (key)).export({ format: 'jwk' });
  return `${name}+${id}+${typed(/** @type {string} */ (x)).toString('base64')}`;
}

/** Reads `<name>+<id>+<base64>`. @param {string} text @returns {Verifier} */
export function readVerifier(text) {
  const [, name, id, base64] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim()) ?? [];
  const bytes = Buffer.from(base64 ?? '', 'base64');
  if (!name || bytes.length !== 33 || bytes[0] !== ED25519 || idOf(name, bytes) !== id) {
    throw new UserError('A verifying key is like example.com/audit+1234abcd+AbC...: the second line that scripts/audit/key.mjs prints.');
  }
  return { name, id, key: createPublicKey({ key: Buffer.concat([SPKI, bytes.subarray(1)]), format: 'der', type: 'spki' }) };
}

/** A note as it stands in a text: what is signed, a line without anything, and signatures. */
const NOTE = /^[^\n]+\n\d+\n[A-Za-z0-9+/]{43}=\n(?:[^\n]+\n)*\n(?:\u2014 \S+ \S+(?:\n|$))+/gm;

/** The notes in a text or in a mail that was saved as a file, whatever stands around them. @param {string} file @returns {string[]} */
export function notesIn(file) {
  /** @type {Set<string>} */
  const notes = new Set();
  for (const part of [file, ...bodiesOf(file)]) {
    for (const [note] of part.replaceAll('\r\n', '\n').matchAll(NOTE)) notes.add(note.endsWith('\n') ? note : `${note}\n`);
  }
  return [...notes];
}

/** The parts of a message (RFC 2045) that are written in another form than they are read in. @param {string} message */
function bodiesOf(message) {
  return message.split(/^--[^\r\n]+$/m).flatMap((part) => {
    const [, head, body] = /^([\s\S]+?)\r?\n\r?\n([\s\S]*)$/.exec(part) ?? [];
    const [, encoding] = /^content-transfer-encoding:\s*(base64|quoted-printable)\s*$/im.exec(head ?? '') ?? [];
    if (!encoding) return [];
    if (encoding.toLowerCase() === 'base64') return [Buffer.from(body, 'base64').toString()];
    const bytes = body.replace(/=[ \t]*\r?\n/g, '').replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    return [Buffer.from(bytes, 'latin1').toString()];
  });
}

/** The checkpoint of a note, or why it is none that one of the keys has signed. @param {string} note @param {Verifier[]} verifiers @returns {Checkpoint | string} */
export function openCheckpoint(note, verifiers) {
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  const [origin, size, root, ...rest] = text.split('\n');
  if (end < 0 || rest.length === 0 || !/^(0|[1-9]\d{0,15})$/.test(size) || Buffer.from(root, 'base64').length !== 32) return 'is no checkpoint';
  const signed = note.slice(end + 2).split('\n').some((line) => {
    const [, name, base64] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== origin) return false;
    const bytes = Buffer.from(base64, 'base64');
    const known = verifiers.find((one) => one.name === name && one.id === bytes.subarray(0, 4).toString('hex'));
    return known !== undefined && verify(null, Buffer.from(text), known.key, bytes.subarray(4));
  });
  return signed ? { origin, size: Number(size), root: Buffer.from(root, 'base64').toString('hex') } : 'is signed by none of the keys';
}
