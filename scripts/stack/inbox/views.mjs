// @ts-check
// A mail as the inbox's pages show it.
import { loadsRemote } from './frame.mjs';
import { headersOf, messageOf } from './message.mjs';
import { asList } from './validation.mjs';

/** How much of a text a row shows, in characters. */
const PREVIEW = 160;
/** Of a text, so much is looked at for it. */
const LOOKED_AT = 2_000;

/** @typedef {import('./mailbox.mjs').Mail} Mail */

/** A row of the list. @param {Mail} mail */
export function rowView(mail) {
  const { id, number, at, read, content } = mail;
  return {
    id, number, at, read,
    from: content.from,
    to: asList(content.to),
    subject: content.subject,
    preview: previewOf(content.text ?? ''),
    attachments: content.attachments?.length ?? 0,
    state: stateOf(mail),
  };
}

/** @param {Mail} mail @param {number} limit of what is shown of a text and of the source, in bytes */
export async function mailView(mail, limit) {
  const { id, at, key, content } = mail;
  const message = await messageOf(mail);
  const list = (/** @type {string | string[] | undefined} */ one) => (one ? asList(one) : []);
  const text = content.text ?? null;
  return {
    id, at, key,
    state: stateOf(mail),
    from: content.from,
    to: list(content.to),
    cc: list(content.cc),
    bcc: list(content.bcc),
    reply_to: list(content.reply_to),
    subject: content.subject,
    has_html: Boolean(content.html),
    has_remote: loadsRemote(content.html ?? ''),
    text: text && text.slice(0, limit),
    headers: headersOf(message),
    tags: content.tags ?? [],
    scheduled_at: content.scheduled_at ?? null,
    bytes: message.length,
    is_cut: message.length > limit || (text ?? '').length > limit,
    attachments: (content.attachments ?? []).map((one) => ({
      name: one.filename,
      type: one.content_type ?? null,
      bytes: Buffer.byteLength(one.content, 'base64'),
    })),
  };
}

/** @param {Mail} mail */
function stateOf({ canceled, content }) {
  if (canceled) return 'canceled';
  return content.scheduled_at ? 'scheduled' : 'sent';
}

/** The first words of a text, without the addresses of its links. @param {string} text */
function previewOf(text) {
  const words = text.slice(0, LOOKED_AT).replace(/https?:\/\/\S+/g, ' ').replace(/\s+/g, ' ').trim();
  return words.length > PREVIEW ? `${words.slice(0, PREVIEW).trimEnd()}…` : words;
}
