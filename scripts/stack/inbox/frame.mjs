// @ts-check
// A mail's HTML is hostile input: whoever may write a name into a mail may have written that. It is a document without an
// origin, in which no script runs and no form is sent, and which loads nothing from elsewhere unless somebody asks for it.

const SANDBOX = 'sandbox allow-popups allow-popups-to-escape-sandbox';
const OWN = "img-src data:; font-src data:; style-src 'unsafe-inline'";
const REMOTE = "img-src data: http: https:; font-src data: http: https:; style-src 'unsafe-inline' http: https:; media-src http: https:";

/** What loads something when a mail is opened. It decides what is offered, not what is allowed. */
const LOADS = /\b(?:src|srcset|background|poster)\s*=\s*["']?\s*(?:https?:)?\/\/|url\(\s*["']?\s*(?:https?:)?\/\/|@import/i;

/** What connects ahead of any click, and of the policy: a browser looks names up, and greets whom it will be forbidden to ask. */
const AHEAD = /<(link|i?frame|object|embed)(?=[\s/>])/gi;

/** @param {string} html */
export const loadsRemote = (html) => LOADS.test(html);

/** @param {string} html @param {{ remote: boolean }} options */
export function frameOf(html, { remote }) {
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `${SANDBOX}; default-src 'none'; ${remote ? REMOTE : OWN}; form-action 'none'; base-uri 'none'; frame-ancestors 'self'`,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-dns-prefetch-control': 'off',
      'cache-control': 'no-store',
    },
    // Links open beside the inbox.
    body: `<!doctype html><meta charset="utf-8"><base target="_blank">\n${remote ? html : html.replace(AHEAD, '<x-$1')}`,
  };
}
