// @ts-check
// The inbox's pages, and what they ask for.
//
// | GET                             | is                                                            |
// |---------------------------------|---------------------------------------------------------------|
// | /inbox, /inbox/ID               | the pages: the list, and a mail                               |
// | /inbox/mails?q=&before=         | a part of the list, newest first                              |
// | /inbox/mails/ID                 | what the page of a mail shows (POST .../read: it is shown)    |
// | /inbox/mails/ID/html            | its HTML, for a frame; `?remote=1` with what it has elsewhere |
// | /inbox/mails/ID/source          | the message as text, its beginning                            |
// | /inbox/mails/ID/download        | the message, whole, as a file                                 |
// | /inbox/mails/ID/attachments/N   | an attachment as a file                                       |
// | /inbox/events                   | a word whenever the mailbox has changed                       |
//
// DELETE /inbox/mails forgets them all.
import { HEADERS, assetFor, pageText, policy, sendFile, sendText } from '../page-files.mjs';
import { sendJson } from '../web.mjs';
import { downloadHeaders, fileName } from './download.mjs';
import { sendEvents } from './events.mjs';
import { frameOf } from './frame.mjs';
import { messageOf } from './message.mjs';
import { mailView, rowView } from './views.mjs';

/** Of a message that a page shows, in bytes. */
const SHOWN = 512 * 1024;
const ID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const PAGE = new RegExp(`^/inbox/${ID}/?$`);
const MAIL = new RegExp(`^/inbox/mails/(${ID})(?:/(html|source|download|read|attachments)(?:/(\\d{1,3}))?)?$`);
const PAGE_HEADERS = { ...HEADERS, 'content-security-policy': policy({ frames: "'self'" }) };
const DATA_HEADERS = { ...HEADERS, 'cache-control': 'no-store' };

/**
 * @typedef {import('../web.mjs').Incoming} Incoming
 * @typedef {import('../web.mjs').Outgoing} Outgoing
 * @typedef {import('./mailbox.mjs').Mail} Mail
 */

/** @param {import('./mailbox.mjs').Mailbox} mailbox @param {string} home where the product's pages are */
export function createReading(mailbox, home) {
  /** @param {Incoming} incoming @param {Outgoing} outgoing @param {URL} url */
  return async function answer(incoming, outgoing, { pathname, searchParams: query }) {
    const headOnly = incoming.method === 'HEAD';
    const [, id, part = '', index = ''] = MAIL.exec(pathname) ?? [];
    if (incoming.method === 'DELETE' && pathname === '/inbox/mails') {
      mailbox.clear();
      return sendJson(outgoing, 200, {}, DATA_HEADERS);
    }
    if (id) return answerMail(incoming, outgoing, { mail: mailbox.find(id), part, index: Number(index), remote: query.has('remote') });
    if (incoming.method !== 'GET' && !headOnly) return sendJson(outgoing, 405, { message: 'Method Not Allowed' }, { allow: 'GET, HEAD' });
    if (pathname === '/inbox/mails') return sendJson(outgoing, 200, list(query), DATA_HEADERS);
    if (pathname === '/inbox/events' && !headOnly) return sendEvents(mailbox, outgoing);
    if (pathname === '/') return outgoing.writeHead(307, { location: '/inbox' }).end();
    const page = /^\/inbox\/?$/.test(pathname) ? 'inbox' : PAGE.test(pathname) ? 'inbox-mail' : null;
    const file = assetFor(pathname);
    if (file) return sendFile(outgoing, file, headOnly);
    const text = await pageText(page ?? 'inbox-nothing', { layout: 'inbox-layout', more: { home } });
    sendText(outgoing, text, page ? 200 : 404, headOnly, PAGE_HEADERS);
  };

  /** @param {URLSearchParams} query */
  function list(query) {
    const before = Number(query.get('before')) || undefined;
    const { mails, more } = mailbox.page({ search: query.get('q') ?? '', before });
    return { mails: mails.map(rowView), more, total: mailbox.total, unread: mailbox.unread };
  }

  /** @param {Incoming} incoming @param {Outgoing} outgoing @param {{ mail: Mail | null, part: string, index: number, remote: boolean }} asked */
  async function answerMail(incoming, outgoing, { mail, part, index, remote }) {
    if (!mail) return sendJson(outgoing, 404, { code: 'mail_not_found' }, DATA_HEADERS);
    if ((incoming.method === 'POST') !== (part === 'read')) return sendJson(outgoing, 405, { message: 'Method Not Allowed' });
    switch (part) {
      case 'read':
        mailbox.markRead(mail);
        return sendJson(outgoing, 200, {}, DATA_HEADERS);
      case 'html': {
        const { headers, body } = frameOf(mail.content.html ?? '', { remote });
        return outgoing.writeHead(200, headers).end(body);
      }
      case 'source':
        return outgoing.writeHead(200, { ...DATA_HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end((await messageOf(mail)).subarray(0, SHOWN));
      case 'download':
        return outgoing.writeHead(200, downloadHeaders(fileName(mail.content.subject, 'mail', '.eml'), 'message/rfc822')).end(await messageOf(mail));
      case 'attachments': {
        const attachment = mail.content.attachments?.[index];
        if (!attachment) return sendJson(outgoing, 404, { code: 'mail_not_found' }, DATA_HEADERS);
        return outgoing.writeHead(200, downloadHeaders(attachment.filename)).end(Buffer.from(attachment.content, 'base64'));
      }
      default:
        return sendJson(outgoing, 200, await mailView(mail, SHOWN), DATA_HEADERS);
    }
  }
}
