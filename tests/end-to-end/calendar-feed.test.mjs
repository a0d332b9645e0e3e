// @ts-check
// A session in somebody's calendar: by the feed that the calendar reads, and by the mails about it. As others read both.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readCalendar } from '../calendars/readers.mjs';
import { sql } from './platform/clients.mjs';
import { aCustomer, memberOf } from './platform/companies.mjs';
import { environment } from './platform/environment.mjs';
import { dispatch, fingerprint, outcome } from './platform/functions.mjs';
import { mailTo, mailsTo } from './platform/inbox.mjs';
import { PASSWORD } from './platform/people.mjs';
import { aSpecialistDayAndNight } from './platform/specialists.mjs';
import { eventually } from './platform/waiting.mjs';

after(() => sql.end());

/** @typedef {Awaited<ReturnType<typeof memberOf>>} Person */

const DAY = 86_400_000;
/** @type {Awaited<ReturnType<typeof aCustomer>>} */
let customer;
/** @type {Awaited<ReturnType<typeof aSpecialistDayAndNight>>} */
let offer;

before(async () => {
  customer = await aCustomer();
  offer = await aSpecialistDayAndNight();
});

/** @param {Pick<Person, 'client'>} person @param {string} name @param {object} [args] @returns {Promise<any>} */
async function rpc({ client }, name, args) {
  const { data, error } = await client.rpc(name, args);
  assert.equal(error, null, name);
  return data;
}

let hour = 0;
/** Each time another one, on full hours. */
const aTime = () => new Date(Math.floor(Date.now() / DAY + 3) * DAY + (hour += 1) * 3_600_000);

/** @param {Person} person @param {Date} [at] @returns {Promise<string>} its id */
async function book(person, at = aTime()) {
  const session = { p_specialist_id: offer.specialistId, p_session_type_id: offer.sessionTypeId, p_starts_at: at.toISOString() };
  return (await rpc(person, 'book_session', session)).id;
}

/** @param {Pick<Person, 'client'>} person */
const addressOf = async (person) => environment.url + (await rpc(person, 'make_calendar_feed'));

/** A calendar, which has no key and no session. @param {string} address @param {{ method?: string, known?: string }} [more] */
const ask = (address, { method = 'GET', known } = {}) => fetch(address, { method, headers: known === undefined ? {} : { 'if-none-match': known } });

/** @param {string} address */
async function read(address) {
  const answer = await ask(address);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'text/calendar; charset=utf-8');
  return readCalendar(Buffer.from(await answer.arrayBuffer()));
}

/** @param {Date} at */
const instant = (at) => at.toISOString().replace('.000Z', 'Z');

test('a calendar reads the sessions of its person as they are booked, moved and cancelled, and no others', async () => {
  const [person, other] = [await memberOf(customer.company, 'employee'), await memberOf(customer.company, 'employee')];
  await rpc(person, 'save_preferences', {
    p_account_email: true, p_reminder_email: true, p_agenda_email: true, p_agenda_at: '07:00', p_reminder_lead_minutes: [60], p_locale: 'de', p_time_zone: 'Asia/Tokyo',
  });
  const address = await addressOf(person);
  assert.deepEqual((await read(address)).events, [], 'there is none before');
  const [starts, moves] = [aTime(), aTime()];
  const id = await book(person, starts);
  await book(other);
  const steps = [(await read(address)).events];
  await rpc(person, 'reschedule_booking', { p_booking_id: id, p_starts_at: moves.toISOString() });
  steps.push((await read(address)).events);
  await rpc(person, 'cancel_booking', { p_booking_id: id });
  steps.push((await read(address)).events);
  assert.deepEqual(steps.map((events) => events.map(({ uid, sequence, status, starts_at }) => [uid, sequence, status, starts_at])), [
    [[`${id}@evenkeel`, 0, 'CONFIRMED', instant(starts)]],
    [[`${id}@evenkeel`, 1, 'CONFIRMED', instant(moves)]],
    [[`${id}@evenkeel`, 2, 'CANCELLED', instant(moves)]],
  ]);
  const [{ summary, class: shown, organizer, attendees, location }] = steps[0];
  assert.deepEqual({ summary, shown, organizer, attendees, location }, { summary: 'Termin', shown: 'PRIVATE', organizer: null, attendees: [], location: null });
});

test('nothing in a feed tells what a session is, with whom or for whom it is', async () => {
  const person = await memberOf(customer.company, 'employee');
  const id = await book(person);
  await rpc(person, 'cancel_booking', { p_booking_id: id, p_reason: 'Because of my back', p_category: 'illness' });
  await book(person);
  for (const [who, address] of [['employee', await addressOf(person)], ['specialist', await addressOf(offer.person)]]) {
    const text = await (await ask(address)).text();
    assert.match(text, /BEGIN:VEVENT/, who);
    const names = await sql`
      select s.display_name, t.name, p.name as pillar, c.name as company, e.email, u.email as theirs, b.place_detail
      from public.bookings b join public.specialists s on s.id = b.specialist_id join public.session_types t on t.id = b.session_type_id
      join public.pillars p on p.id = t.pillar_id join public.companies c on c.id = b.company_id
      join public.profiles e on e.id = b.employee_id join public.profiles u on u.id = s.user_id where b.id = ${id}`;
    for (const word of [...Object.values(names[0]).filter(Boolean), 'because', 'illness', 'coaching', 'video', 'mailto', environment.url]) {
      if (environment.siteUrl.startsWith(String(word))) continue;
      assert.ok(!text.toLowerCase().includes(String(word).toLowerCase()), `${who}: ${word}`);
    }
  }
});

test('who has the version is told that it is the same, until it is not, and the head is told alone', async () => {
  const person = await memberOf(customer.company, 'employee');
  await book(person);
  const address = await addressOf(person);
  const first = await ask(address);
  const tag = first.headers.get('etag') ?? '';
  assert.match(tag, /^"[0-9a-f]{32}"$/);
  assert.match(first.headers.get('cache-control') ?? '', /^private\b/);
  const length = Buffer.byteLength(await first.text());
  assert.ok(length > 100);
  for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
    const same = await ask(address, { known });
    assert.deepEqual([same.status, same.headers.get('etag'), await same.text()], [304, tag, ''], known);
    assert.match(same.headers.get('cache-control') ?? '', /^private\b/);
  }
  const head = await ask(address, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('etag'), await head.text()], [200, tag, '']);
  assert.ok(['', String(length)].includes(head.headers.get('content-length') ?? ''), 'a length that is not the one of the text');
  assert.equal((await ask(address, { method: 'HEAD', known: tag })).status, 304);
  await book(person);
  const changed = await ask(address, { known: tag });
  assert.equal(changed.status, 200);
  assert.notEqual(changed.headers.get('etag'), tag);
  await changed.body?.cancel();
});

test('every address that leads nowhere is answered alike, and only reading is possible', async () => {
  const person = await memberOf(customer.company, 'employee');
  const old = await addressOf(person);
  const revoked = await addressOf(person);
  assert.equal(await rpc(person, 'revoke_calendar_feed'), true);
  const banned = await memberOf(customer.company, 'employee');
  const theirs = await addressOf(banned);
  assert.equal((await ask(theirs)).status, 200);
  await sql`update auth.users set banned_until = now() + interval '1 day' where id = ${banned.id}`;
  const base = `${environment.url}/functions/v1/calendar-feed`;
  const token = Buffer.alloc(48, 7).toString('base64url');
  const nowhere = [
    old, revoked, theirs, `${base}/${token}E.ics`, `${base}/${token}.ics`, `${base}/x.ics`, `${base}/%00.ics`, `${base}/${'x'.repeat(5_000)}.ics`,
    `${base}/.ics`, base, `${base}/`, `${base}/${token}`, `${base}/${token}/E.ics`, `${base}/..%2f${token}E.ics`, `${revoked}?token=${token}`,
  ];
  const answers = [];
  for (const address of nowhere) answers.push(await fingerprint(await ask(address)));
  // How an answer is cut up on its way is the transport's: the bodies are compared.
  const plain = (/** @type {any} */ { status, headers: { 'content-length': _, ...headers }, body }) => ({ status, headers, body: { ...JSON.parse(body), request_id: '' } });
  for (const [at, answer] of answers.entries()) assert.deepEqual(plain(answer), plain(answers[0]), nowhere[at].slice(0, 120));
  assert.equal(answers[0].status, 404);
  const made = await addressOf(person);
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const answer = await ask(made, { method });
    assert.equal(answer.headers.get('allow'), 'GET, HEAD, OPTIONS', method);
    assert.equal(await outcome(answer), '405 method_not_allowed', method);
  }
  assert.equal((await ask(made)).status, 200);
});

test('an address ends with the next one, with the password, and with the account', async () => {
  const person = await memberOf(customer.company, 'employee');
  const [first, second] = [await addressOf(person), await addressOf(person)];
  assert.deepEqual([(await ask(first)).status, (await ask(second)).status], [404, 200]);
  const [{ created_at, last_read_at }] = await rpc(person, 'my_calendar_feed');
  assert.ok(Date.parse(last_read_at) >= Date.parse(created_at));
  const { error } = await person.client.auth.updateUser({ password: `${PASSWORD} and more` });
  assert.equal(error, null);
  assert.equal((await ask(second)).status, 404, 'whoever had the session may have made it');
  const third = await addressOf(person);
  assert.equal((await ask(third)).status, 200);
  await sql`delete from auth.users where id = ${person.id}`;
  assert.equal((await ask(third)).status, 404);
});

test('a calendar that asks without end has to wait, and no other', async () => {
  const [person, other] = [await memberOf(customer.company, 'employee'), await memberOf(customer.company, 'employee')];
  const [address, another] = [await addressOf(person), await addressOf(other)];
  const answers = [];
  for (let n = 0; n < 32; n += 1) answers.push(await ask(address));
  assert.deepEqual(answers.slice(0, 30).map(({ status }) => status), Array(30).fill(200));
  const last = /** @type {Response} */ (answers.at(-1));
  const wait = Number(last.headers.get('retry-after'));
  assert.ok(wait >= 1 && wait <= 60, `${wait}`);
  assert.equal(await outcome(last), '429 rate_limited');
  assert.equal((await ask(another)).status, 200);
});

/** The calendars of the mails about one session, oldest first, as the inbox gives them to whoever downloads them. @param {string} address @param {string} uid */
async function calendarsTo(address, uid) {
  const parts = [];
  for (const { id } of await mailsTo(address)) {
    const { attachments } = await (await fetch(`${environment.inboxUrl}/inbox/mails/${id}`)).json();
    const bytes = Buffer.from(await (await fetch(`${environment.inboxUrl}/inbox/mails/${id}/attachments/0`)).arrayBuffer());
    if (bytes.includes(uid)) parts.push({ file: attachments[0].name, type: attachments[0].type, count: attachments.length, ...readCalendar(bytes) });
  }
  return parts;
}

/** The nth mail to somebody, without waiting for the minute of the job. @param {Person} person @param {number} number */
async function mailed({ email }, number) {
  await dispatch('email-dispatch');
  await mailTo(email, number, 60);
}

test('mails about a session carry it: booked, moved, cancelled, to each of the two alone', async () => {
  const person = await memberOf(customer.company, 'employee');
  const [starts, moves] = [aTime(), aTime()];
  const id = await book(person, starts);
  await mailed(person, 1);
  await rpc(person, 'reschedule_booking', { p_booking_id: id, p_starts_at: moves.toISOString() });
  await mailed(person, 2);
  await rpc(person, 'cancel_booking', { p_booking_id: id, p_reason: 'Because of my back', p_category: 'illness' });
  await mailed(person, 3);
  const uid = `${id}@evenkeel`;
  const toEmployee = await calendarsTo(person.email, uid);
  assert.deepEqual(toEmployee.map(({ file, count, type, method, events: [{ sequence, status, starts_at }] }) => [file, count, type, method, sequence, status, starts_at]), [
    ['appointment.ics', 1, 'text/calendar; method=REQUEST; charset=utf-8', 'REQUEST', 0, 'CONFIRMED', instant(starts)],
    ['appointment.ics', 1, 'text/calendar; method=REQUEST; charset=utf-8', 'REQUEST', 1, 'CONFIRMED', instant(moves)],
    ['appointment.ics', 1, 'text/calendar; method=CANCEL; charset=utf-8', 'CANCEL', 2, 'CANCELLED', instant(moves)],
  ]);
  const toSpecialist = await eventually('three mails to the specialist', async () => {
    const found = await calendarsTo(offer.person.email, uid);
    return found.length === 3 && found;
  }, 60);
  const [{ from }] = await mailsTo(person.email);
  const sender = `mailto:${/<(.+)>/.exec(from)?.[1]}`;
  for (const [parts, to] of /** @type {const} */ ([[toEmployee, person.email], [toSpecialist, offer.person.email]])) {
    for (const { events: [{ organizer, attendees, description, summary }] } of parts) {
      assert.deepEqual([organizer, attendees], [sender, [`mailto:${to}`]], 'neither learns the address of the other');
      assert.doesNotMatch(`${summary} ${description}`, /back|illness|talk|Ines|Pillar/i);
    }
  }
  assert.deepEqual(toSpecialist.map(({ events: [{ sequence }] }) => sequence), [0, 1, 2], 'it is one session');
  const feed = await read(await addressOf(person));
  assert.deepEqual(feed.events.map(({ uid: own, sequence, status }) => [own, sequence, status]), [[uid, 2, 'CANCELLED']], 'and the feed says the same of it');
});
