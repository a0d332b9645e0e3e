// @ts-check
import { make } from './dom.js';
import { briefTime, shortTime } from './times.js';

/**
 * @typedef {{ id: string, number: number, at: string, read: boolean, from: string, to: string[], subject: string, preview: string,
 *   attachments: number, state: string }} Row
 */

/** @param {Row} one @param {string} search that the way back leads to */
export function row(one, search) {
  const q = search.trim();
  const href = `/inbox/${one.id}${q ? `?${new URLSearchParams({ q })}` : ''}`;
  const time = make('time', { datetime: one.at, title: shortTime(one.at) }, briefTime(one.at));
  const marks = [one.state !== 'sent' ? one.state : '', one.attachments > 0 ? `${one.attachments} attached` : ''].filter(Boolean);
  const link = make('a', { href },
    make('span', { class: 'to' }, make('span', { class: 'unseen' }, 'To '), one.to.join(', ')),
    make('span', { class: 'subject' }, one.subject),
    make('span', { class: 'preview' }, one.preview),
    make('span', { class: 'when' }, ...marks.map((mark) => make('span', { class: 'mark' }, mark)), time));
  const item = make('li', { 'data-id': one.id, 'data-number': String(one.number) }, link);
  item.classList.toggle('new', !one.read);
  return item;
}
