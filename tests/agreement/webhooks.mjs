// @ts-check
// Requests as others sign them: `node tests/agreement/webhooks.mjs` writes webhooks.jsonl by the library of those who wrote
// the specification. Each line is [secret, id, seconds since 1970, body in base64, signature].

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { Webhook } from 'standardwebhooks';

const BODIES = ['', '{}', '{"type":"email.sent"}', ' {"a":\r\n"\u00e4\u0301\u202e"}\n', 'a.1.b', '\u0000', 'x'.repeat(700)];
const LENGTHS = [24, 32, 64];

const lines = BODIES.flatMap((body, at) => {
  return LENGTHS.map((length) => {
    const secret = `whsec_${randomBytes(length).toString('base64')}`;
    const id = `msg_${randomBytes(12).toString('hex')}`;
    const seconds = 1_700_000_000 + at;
    const signature = new Webhook(secret).sign(id, new Date(seconds * 1000), body);
    return JSON.stringify([secret, id, seconds, Buffer.from(body).toString('base64'), signature]);
  });
});
await writeFile(new URL('webhooks.jsonl', import.meta.url), lines.map((line) => `${line}\n`).join(''));
