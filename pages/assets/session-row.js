// @ts-check
// A session in a list, to who has it and to who gives it.
import { make } from './dom.js';
import { minutesOf, placeText, proposalText } from './session-words.js';

/** What a session is, when, and where. @param {any} booking @param {string} title @param {string} when @param {import('./proposals.js').Proposal | undefined} open another time that waits for an answer */
export function whatOf(booking, title, when, open) {
  const what = make('span', { class: 'what' },
    make('strong', {}, title),
    make('span', {}, `${when}, ${minutesOf(booking)} minutes`),
    make('span', { class: 'quiet' }, placeText(booking)));
  if (booking.in_doubt_since) what.append(make('span', {}, 'It is not certain that the specialist can give it. You are told as soon as we know.'));
  if (open) what.append(make('span', { class: 'here' }, proposalText(open)));
  return what;
}
