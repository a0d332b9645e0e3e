// @ts-check
// One mail: as it looks, as text, what its headers say, and as it is on the wire.
import { byId, make } from './dom.js';
import { Failure, patientFetch } from './failures.js';
import { showFields, showHtml, showText } from './inbox-letter.js';
import { watchTabs } from './inbox-tabs.js';
import { fullTime, shortTime } from './times.js';
import { load } from './work.js';

const WORDS = { mail_not_found: 'This mail is not here any more. It has been deleted, or newer ones have taken its place.' };
const STATES = /** @type {Record<string, string>} */ ({ sent: 'Taken, and sent nowhere', scheduled: 'To be sent later', canceled: 'Canceled' });

const [, , id] = location.pathname.split('/');
const place = `/inbox/mails/${id}`;
const q = new URLSearchParams(location.search).get('q');
if (q) byId('back').href = `/inbox?${new URLSearchParams({ q })}`;

await load(byId('mail'), fill, WORDS);

/** @param {string} path @returns {Promise<Response>} */
async function ask(path) {
  const answer = await patientFetch(path);
  if (answer.ok) return answer;
  throw new Failure((await answer.json().catch(() => ({}))).code ?? 'silent');
}

async function fill() {
  const mail = await (await ask(place)).json();
  document.title = `${mail.subject} · Evenkeel`;
  byId('title').textContent = mail.subject;
  showFields(byId('letterhead'), letterhead(mail));
  byId('download').href = `${place}/download`;
  byId('attachments').hidden = mail.attachments.length === 0;
  byId('attachments').replaceChildren(...mail.attachments.map(attachment));
  if (mail.has_html) showHtml(`${place}/html`, { hasRemote: mail.has_remote });
  if (mail.text !== null) showText(mail.text);
  showFields(byId('wire'), mail.headers.map((/** @type {{ name: string, value: string }} */ { name, value }) => [name, value]));
  showFields(byId('given'), given(mail));
  byId('cut').hidden = !mail.is_cut;
  byId('cut').textContent = `The beginning of ${size(mail.bytes)}; the download has all of it.`;
  watchTabs(byId('tabs'), {
    has: (name) => (name === 'html' ? mail.has_html : name !== 'text' || mail.text !== null),
    onOpen: (name) => void (name === 'source' && byId('source-body').hidden && showSource()),
  });
  // That it is unread stays so where this fails.
  void patientFetch(`${place}/read`, { method: 'POST' });
}

async function showSource() {
  await load(byId('source-body'), async () => {
    byId('source-body').textContent = (await (await ask(`${place}/source`)).text()).replace(/\r\n/g, '\n');
  }, WORDS);
}

/** @param {any} mail @returns {[string, string | Node][]} */
function letterhead(mail) {
  const people = /** @type {[string, string[]][]} */ ([['From', [mail.from]], ['To', mail.to], ['Cc', mail.cc], ['Bcc', mail.bcc], ['Reply to', mail.reply_to]]);
  const time = make('time', { datetime: mail.at, title: fullTime(mail.at) }, shortTime(mail.at));
  return [
    ...people.filter(([, addresses]) => addresses.length > 0).map(([name, addresses]) => /** @type {[string, string]} */ ([name, addresses.join(', ')])),
    ['Sent', time],
    ...(mail.state === 'sent' ? [] : [/** @type {[string, string]} */ (['State', stateText(mail)])]),
  ];
}

/** @param {any} mail @returns {[string, string | Node][]} */
function given(mail) {
  return [
    ['Id', mail.id],
    ['Idempotency key', mail.key ?? 'None'],
    ['Tags', mail.tags.map((/** @type {{ name: string, value: string }} */ { name, value }) => `${name}: ${value}`).join(', ') || 'None'],
    ['State', stateText(mail)],
    ['Taken at', make('time', { datetime: mail.at }, mail.at)],
    ['Size', size(mail.bytes)],
  ];
}

/** @param {any} mail */
function stateText(mail) {
  if (mail.state !== 'scheduled') return STATES[mail.state];
  // Resend also takes words, such as "in 1 hour".
  const isTime = !Number.isNaN(Date.parse(mail.scheduled_at));
  return `${STATES.scheduled}: ${isTime ? shortTime(mail.scheduled_at) : mail.scheduled_at}`;
}

/** @param {{ name: string, type: string | null, bytes: number }} one @param {number} index */
function attachment({ name, type, bytes }, index) {
  const link = make('a', { href: `${place}/attachments/${index}`, download: '' }, name);
  return make('li', {}, link, ' ', make('span', { class: 'quiet' }, [type, size(bytes)].filter(Boolean).join(', ')));
}

/** @param {number} bytes */
function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
