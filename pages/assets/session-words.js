// @ts-check
// What the pages about sessions say: where a session stands, and why something was refused.
import { fullTime, shortTime, weekdayTime } from './times.js';

/** @type {Record<string, string>} */
export const STATES = {
  pending: 'Asked for',
  held: 'Held for you',
  confirmed: 'Booked',
  completed: 'Took place',
  no_show: 'Missed',
  cancelled: 'Cancelled',
  declined: 'Declined',
  lapsed: 'Lapsed',
};

/** @type {Record<string, string>} */
const PLACES = { video: 'By video', phone: 'By telephone', in_person: 'In person' };

/** Those of the functions say it well in their detail; these have none, or one for another page. @type {Record<string, string>} */
export const REFUSALS = {
  slot_taken: 'This time is no longer free. Please choose another.',
  hold_expired: 'The time was held for you and is no more. Please choose again.',
  acceptance_required: 'The specialist accepts these sessions first.',
  booking_not_found: 'There is no such session of yours.',
};

/** Why nothing is offered at all. @type {Record<string, string>} */
export const NO_OFFERS = {
  email_not_confirmed: 'Confirm your e-mail address first: then you can book.',
  not_a_member: 'Sessions are booked by members of a company that takes part.',
  no_plan: 'Your company has no plan at present.',
  plan_ends_before: 'The plan of your company ends before these days.',
  sessions_used_up: 'Your sessions of this month are taken.',
  booking_limit: 'You have as many sessions to come as is possible.',
  own_session: 'Nobody books a session with themselves.',
};

/** Of who has it. @param {any} booking */
export const titleOf = (booking) => `${booking.session_types?.name ?? 'Session'} with ${booking.specialists?.display_name ?? 'a specialist'}`;

/** @param {{ remind_at: string, status: string }[]} reminders */
export function reminderText(reminders) {
  const next = reminders.filter((one) => one.status === 'scheduled').map((one) => one.remind_at).sort()[0];
  if (next) return `Reminder ${weekdayTime(next)}`;
  return reminders.some((one) => one.status === 'enqueued') ? 'Reminder sent' : 'No reminder';
}

/** @param {{ place_kind: string, place_detail: string }} booking */
export const placeText = ({ place_kind: kind, place_detail: detail }) => [PLACES[kind], detail].filter(Boolean).join(': ');

/** @param {{ starts_at: string, ends_at: string }} span */
export const minutesOf = ({ starts_at: from, ends_at: until }) => Math.round((Date.parse(until) - Date.parse(from)) / 60_000);

/** @param {{ proposed_by: string, starts_at: string, expires_at: string }} proposal */
export const proposalText = ({ starts_at: at, expires_at: until }) => `${fullTime(at)} is proposed instead, until ${shortTime(until)}.`;

/** What cancelling now costs. @param {{ status: string, cancel_by: string }} booking @param {boolean} isEmployee */
export function costText({ status, cancel_by: until }, isEmployee) {
  if (!isEmployee) return 'The employee is told at once, and the session does not count as used.';
  if (status !== 'confirmed') return 'The specialist is told at once.';
  return Date.parse(until) >= Date.now()
    ? `The specialist is told at once. Until ${shortTime(until)} a cancelled session does not count as used.`
    : 'The specialist is told at once. It is late: the session counts as used.';
}
