// @ts-check
// Resend's API as far as it is about mails: https://resend.com/docs/api-reference/emails
import { readBytes, sendJson } from '../web.mjs';
import { Refusal, admit, bearerOf, parsePosting } from './posting.mjs';
import { asList } from './validation.mjs';

/** What Resend takes, attachments in Base64 included. */
const MAXIMUM_BYTES = 40 * 1024 * 1024;

/** @param {import('./mailbox.mjs').Mailbox} mailbox */
export function createResend(mailbox) {
  /** @param {import('../web.mjs').Incoming} incoming @param {import('../web.mjs').Outgoing} outgoing @param {URL} url */
  return async function answer(incoming, outgoing, { pathname }) {
    if (incoming.method === 'POST' && (pathname === '/emails' || pathname === '/emails/batch')) {
      return sendJson(outgoing, 200, await post(incoming, pathname));
    }
    bearerOf(incoming);
    const [, id, deed] = /^\/emails(?:\/([\w-]+))?(?:\/(cancel))?$/.exec(pathname) ?? [null, ''];
    if (incoming.method === 'GET' && !id && pathname === '/emails') {
      return sendJson(outgoing, 200, { object: 'list', has_more: false, data: mailbox.all.map(summary) });
    }
    const mail = mailbox.find(id ?? '');
    if (!mail) throw new Refusal(404, 'not_found', 'Email not found');
    if (incoming.method === 'GET' && !deed) return sendJson(outgoing, 200, whole(mail));
    if (incoming.method !== 'POST' || !deed) throw new Refusal(405, 'method_not_allowed', 'Method not allowed.');
    if (!mail.content.scheduled_at) throw new Refusal(422, 'validation_error', 'Only scheduled emails can be canceled');
    mailbox.cancel(mail);
    sendJson(outgoing, 200, { object: 'email', id });
  };

  /** @param {import('../web.mjs').Incoming} incoming @param {string} pathname */
  async function post(incoming, pathname) {
    const key = /** @type {string | undefined} */ (incoming.headers['idempotency-key']);
    admit(incoming, key);
    const raw = await readBytes(incoming, MAXIMUM_BYTES).catch((error) => {
      if (error instanceof RangeError) throw new Refusal(413, 'validation_error', 'The body is larger than 40 MB.', { connection: 'close' });
      throw error;
    });
    return mailbox.accept(parsePosting(incoming, pathname, key, raw));
  }
}

/** In lists there are no texts. @param {import('./mailbox.mjs').Mail} mail */
function summary({ id, at, content, canceled }) {
  const list = (/** @type {string | string[] | undefined} */ one) => (one ? asList(one) : []);
  return {
    id,
    to: asList(content.to),
    from: content.from,
    created_at: at,
    subject: content.subject,
    bcc: list(content.bcc),
    cc: list(content.cc),
    reply_to: list(content.reply_to),
    last_event: canceled ? 'canceled' : content.scheduled_at ? 'scheduled' : 'delivered',
    scheduled_at: content.scheduled_at ?? null,
  };
}

/** @param {import('./mailbox.mjs').Mail} mail */
function whole(mail) {
  const { html = null, text = null, headers = {}, tags = [] } = mail.content;
  return { object: 'email', ...summary(mail), html, text, headers, tags };
}
