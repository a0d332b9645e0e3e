// @ts-check
// Tells a page that the mailbox has changed; what is in it now, the page asks for. Many changes in a row are told as one.

const AT_MOST_EVERY = 250;
/** So that a page that went away without a word is noticed. */
const BEAT = 15_000;

/** @param {import('./mailbox.mjs').Mailbox} mailbox @param {import('../web.mjs').Outgoing} outgoing */
export function sendEvents(mailbox, outgoing) {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  outgoing.write('retry: 1000\n\n');
  let timer = /** @type {NodeJS.Timeout | null} */ (null);
  const tell = () => {
    timer ??= setTimeout(() => {
      timer = null;
      outgoing.write('data: changed\n\n');
    }, AT_MOST_EVERY);
  };
  const beat = setInterval(() => outgoing.write(': \n\n'), BEAT);
  mailbox.on('change', tell);
  outgoing.on('close', () => {
    mailbox.off('change', tell);
    clearInterval(beat);
    if (timer) clearTimeout(timer);
  });
}
