// @ts-check
// The mails the sink accepted, for a test to look at.

import { randomUUID } from 'node:crypto';
import { asList } from '../../scripts/stack/inbox/validation.mjs';

/** @typedef {{ id: string, key: string | null, to: string[], mail: Record<string, any> }} Accepted */

const COUNTER_DIGITS = 12;

export class Mailbox {
  /** @type {Accepted[]} */
  mails = [];
  count = 0;
  // Counting is cheaper than a random UUID per mail, and an id stays unique after `clear`.
  #prefix = randomUUID().slice(0, -COUNTER_DIGITS);
  #issued = 0;

  /** @param {Record<string, any>[]} mails @param {string | null} key @returns {string[]} the new ids */
  accept(mails, key) {
    this.count += mails.length;
    return mails.map((mail) => {
      const id = this.#prefix + (++this.#issued).toString(16).padStart(COUNTER_DIGITS, '0');
      this.mails.push({ id, key, to: /** @type {string[]} */ (asList(mail.to)), mail });
      return id;
    });
  }

  /** @param {string} address @returns {Accepted[]} */
  to(address) {
    return this.mails.filter((accepted) => accepted.to.includes(address));
  }

  /** How often each address was written to. @returns {Map<string, number>} */
  tally() {
    const counts = new Map();
    for (const { to } of this.mails) for (const one of to) counts.set(one, (counts.get(one) ?? 0) + 1);
    return counts;
  }

  clear() {
    this.mails = [];
    this.count = 0;
  }
}
