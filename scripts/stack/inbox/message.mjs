// @ts-check
// A mail as it is on the wire, RFC 5322: what Resend would make of what it was given, but for its own signatures. The same
// bytes each time. Nothing is fetched and no file is read for it.
import { createRequire } from 'node:module';
import { asList } from './validation.mjs';

/** It has no types. @type {any} */
const MailComposer = createRequire(import.meta.url)('nodemailer/lib/mail-composer');

/** @typedef {{ name: string, value: string }} Header */

/** @param {import('./mailbox.mjs').Mail} mail @returns {Promise<Buffer>} */
export function messageOf({ id, at, content }) {
  const addresses = (/** @type {string | string[] | undefined} */ one) => (one ? asList(one) : undefined);
  const domain = /@([\w.-]+)>?\s*$/.exec(content.from)?.[1] ?? 'localhost';
  const composer = new MailComposer({
    from: content.from,
    to: addresses(content.to),
    // No `bcc`: whoever else has it is not told.
    cc: addresses(content.cc),
    replyTo: addresses(content.reply_to),
    subject: content.subject,
    text: content.text ?? undefined,
    html: content.html ?? undefined,
    headers: content.headers,
    attachments: content.attachments?.map((one) => ({
      filename: one.filename,
      content: Buffer.from(one.content, 'base64'),
      contentType: one.content_type,
      cid: one.content_id,
    })),
    date: new Date(at),
    messageId: `<${id}@${domain}>`,
    baseBoundary: id,
    newline: '\r\n',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** Each header of a message in its order, unfolded. @param {Buffer} message @returns {Header[]} */
export function headersOf(message) {
  const head = message.subarray(0, message.indexOf('\r\n\r\n')).toString('utf8');
  return head.replace(/\r\n(?=[ \t])/g, '').split('\r\n').map((line) => {
    const colon = line.indexOf(':');
    return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
  });
}
