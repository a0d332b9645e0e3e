// @ts-check
// Sentry's envelope format: JSON lines, each item a header line and a payload that may be of stated length.
// https://develop.sentry.dev/sdk/data-model/envelopes/

/** @typedef {{ type: string, header: Record<string, any>, payload: any }} Item */
/** @typedef {{ header: Record<string, any>, items: Item[] }} Envelope */

const NEWLINE = 0x0a;

/** @param {Buffer} raw @returns {Envelope} throws what a real endpoint would answer with 400 */
export function parseEnvelope(raw) {
  let at = 0;
  const line = () => {
    const end = raw.indexOf(NEWLINE, at);
    const stop = end === -1 ? raw.length : end;
    const text = raw.subarray(at, stop).toString('utf8');
    at = stop + 1;
    return text;
  };
  const header = JSON.parse(line());
  /** @type {Item[]} */
  const items = [];
  while (at < raw.length) {
    const text = line();
    if (text === '') continue;
    const itemHeader = JSON.parse(text);
    if (typeof itemHeader.type !== 'string') throw new SyntaxError('an item without a type');
    items.push({ type: itemHeader.type, header: itemHeader, payload: JSON.parse(payload(itemHeader)) });
  }
  return { header, items };

  /** @param {Record<string, any>} itemHeader */
  function payload(itemHeader) {
    if (typeof itemHeader.length !== 'number') return line();
    const end = at + itemHeader.length;
    if (end > raw.length || (end < raw.length && raw[end] !== NEWLINE)) throw new SyntaxError('a wrong item length');
    const text = raw.subarray(at, end).toString('utf8');
    at = end + 1;
    return text;
  }
}
