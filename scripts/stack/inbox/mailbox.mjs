// @ts-check
// The mails that were accepted, oldest first: in memory, and in the journal for the next process. There are at most two
// generations of so many mails and bytes; when the newer one is full, the older one is forgotten.
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { IdempotencyKeys, digestOf } from './idempotency.mjs';
import { Journal } from './journal.mjs';
import { answerBefore, answerTo, sort } from './posting.mjs';
import { asList } from './validation.mjs';

/** Of one generation. */
const LIMITS = { mails: 5_000, bytes: 32 * 1024 * 1024 };
const PAGE = 50;

/**
 * @typedef {{ filename: string, content: string, content_type?: string, content_id?: string }} Attachment `content` in Base64
 * @typedef {{ from: string, to: string | string[], cc?: string | string[], bcc?: string | string[], reply_to?: string | string[],
 *   subject: string, html?: string | null, text?: string | null, headers?: Record<string, string>,
 *   tags?: { name: string, value: string }[], attachments?: Attachment[], scheduled_at?: string }} Content as it was posted
 * @typedef {{ id: string, number: number, at: string, key: string | null, content: Content, read: boolean, canceled: boolean, words: string }} Mail
 *   `number`: counts up; `words`: what a search looks at
 * @typedef {{ id: string, content: Content }} Taken
 * @typedef {{ first: number, at: string, key: string | null, digest: string, answer: unknown, mails: Taken[] }} Accepted `first`: the number of its first mail
 * @typedef {{ accepted: Accepted } | { read: string } | { canceled: string }} Entry
 */

export class Mailbox extends EventEmitter {
  /** @type {[older: Mail[], newer: Mail[]]} */
  #generations = [[], []];
  /** @type {Map<string, Mail>} */
  #byId = new Map();
  #keys;
  #journal;
  #limits;
  #counted = 0;
  #unread = 0;

  /** @param {string} folder @param {{ limits?: typeof LIMITS, now?: () => number }} [options] */
  constructor(folder, { limits = LIMITS, now = Date.now } = {}) {
    super();
    // One for each page that is open.
    this.setMaxListeners(0);
    this.#limits = limits;
    this.#keys = new IdempotencyKeys(now);
    this.#journal = new Journal(folder);
    const [older, newer] = this.#journal.read();
    for (const entry of older) this.#replay(/** @type {Entry} */ (entry));
    this.#generations = [this.#generations[1], []];
    for (const entry of newer) this.#replay(/** @type {Entry} */ (entry));
  }

  get total() {
    return this.#byId.size;
  }

  get unread() {
    return this.#unread;
  }

  /** @returns {Mail[]} oldest first */
  get all() {
    return this.#generations.flat();
  }

  /** @param {string} id */
  find(id) {
    return this.#byId.get(id) ?? null;
  }

  /** Takes the mails of a posting once. @param {import('./posting.mjs').Posting} posting @returns {unknown} what Resend answers */
  accept(posting) {
    const before = answerBefore(this.#keys, posting);
    if (before) return before.answer;
    try {
      const { good, errors } = sort(posting);
      const mails = good.map((content) => ({ id: randomUUID(), content: /** @type {Content} */ (content) }));
      const answer = answerTo(posting, mails.map(({ id }) => id), errors);
      this.#makeRoom();
      const key = posting.key ?? null;
      const accepted = { first: this.#counted + 1, at: new Date().toISOString(), key, digest: digestOf(posting.raw), answer, mails };
      this.#journal.append({ accepted });
      this.#take(accepted);
      this.#keys.finish(posting.key, answer);
      this.emit('change');
      this.emit('accepted', mails);
      return answer;
    } catch (error) {
      this.#keys.release(posting.key);
      throw error;
    }
  }

  /** Somebody has looked at it. @param {Mail} mail */
  markRead(mail) {
    if (!mail.read) this.#change({ read: mail.id });
  }

  /** It was to be sent later, and shall not be. @param {Mail} mail */
  cancel(mail) {
    if (!mail.canceled) this.#change({ canceled: mail.id });
  }

  /**
   * A page of those that have every word of a search in an address or the subject, newest first.
   * @param {{ search?: string, before?: number, limit?: number }} [options] `before`: the number of the last one that is known
   */
  page({ search = '', before = Infinity, limit = PAGE } = {}) {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const mails = [];
    for (const mail of this.all.reverse()) {
      if (mail.number >= before || !words.every((word) => mail.words.includes(word))) continue;
      if (mails.length === limit) return { mails, more: true };
      mails.push(mail);
    }
    return { mails, more: false };
  }

  /** Forgets everything. */
  clear() {
    this.#journal.clear();
    this.#keys.clear();
    this.#generations = [[], []];
    this.#byId.clear();
    this.#unread = 0;
    this.emit('change');
  }

  close() {
    this.#journal.close();
  }

  /** @param {Entry} entry */
  #change(entry) {
    this.#journal.append(entry);
    this.#replay(entry);
    this.emit('change');
  }

  /** @param {Entry} entry */
  #replay(entry) {
    if ('accepted' in entry) {
      const { key, digest, answer, at } = entry.accepted;
      this.#take(entry.accepted);
      if (key) this.#keys.restore(key, { digest, answer, at: Date.parse(at) });
      return;
    }
    const mail = this.#byId.get('read' in entry ? entry.read : entry.canceled);
    if (mail && 'canceled' in entry) mail.canceled = true;
    if (mail && 'read' in entry && !mail.read) {
      mail.read = true;
      this.#unread -= 1;
    }
  }

  /** @param {Accepted} accepted */
  #take({ first, at, key, mails }) {
    this.#counted = first - 1;
    for (const { id, content } of mails) {
      const mail = { id, number: ++this.#counted, at, key, content, read: false, canceled: false, words: wordsOf(content) };
      this.#generations[1].push(mail);
      this.#byId.set(id, mail);
      this.#unread += 1;
    }
  }

  #makeRoom() {
    if (this.#generations[1].length < this.#limits.mails && this.#journal.bytes < this.#limits.bytes) return;
    this.#journal.rotate();
    for (const { id, key, read } of this.#generations[0]) {
      this.#byId.delete(id);
      if (key) this.#keys.forget(key);
      if (!read) this.#unread -= 1;
    }
    this.#generations = [this.#generations[1], []];
  }
}

/** @param {Content} content */
function wordsOf({ from, to, cc, bcc, subject }) {
  return [from, to, cc, bcc, subject].flatMap((one) => asList(one ?? [])).flat().join('\n').toLowerCase();
}
