// @ts-check
// What crates/core writes, as others read it. Its tests hold the samples against what it writes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { root } from '../suite/root.mjs';
import { readCalendar } from './readers.mjs';

/** @param {string} name */
const sample = (name) => readCalendar(readFileSync(path.join(root, 'tests/calendars/samples', name)));
/** All that an entry has. */
const PROPERTIES = ['CLASS', 'CREATED', 'DESCRIPTION', 'DTEND', 'DTSTAMP', 'DTSTART', 'LAST-MODIFIED', 'SEQUENCE', 'STATUS', 'SUMMARY', 'TRANSP', 'UID', 'URL'];

test('a mail about a session is read as it was meant', () => {
  const { method, events } = sample('request.ics');
  assert.equal(method, 'REQUEST');
  assert.deepEqual(events, [{
    uid: '6f1c1d5e-2b1a-4c3d-8e9f-001122334455@evenkeel', sequence: 0, status: 'CONFIRMED', summary: 'Appointment',
    description: 'Details, and how to move or cancel it: https://app.test/sessions', url: 'https://app.test/sessions', class: 'PRIVATE', location: null,
    organizer: 'mailto:hello@app.test', attendees: ['mailto:ada+a@example.com'], starts_at: '2026-06-01T08:00:00Z', ends_at: '2026-06-01T08:50:00Z',
    properties: ['ATTENDEE', ...PROPERTIES, 'ORGANIZER'].sort(),
  }]);
});

test('booked, moved and cancelled it is one entry, each time newer', () => {
  const [booked, moved, cancelled] = ['request.ics', 'moved.ics', 'cancelled.ics'].map(sample);
  const entries = [booked, moved, cancelled].map(({ events }) => events[0]);
  assert.deepEqual(entries.map(({ sequence }) => sequence), [0, 1, 2]);
  assert.equal(new Set(entries.map(({ uid }) => uid)).size, 1);
  assert.deepEqual([booked, moved, cancelled].map(({ method }) => method), ['REQUEST', 'REQUEST', 'CANCEL']);
  assert.deepEqual(entries.map(({ status }) => status), ['CONFIRMED', 'CONFIRMED', 'CANCELLED']);
});

test('what is hostile in a value stays in it', () => {
  const { events: [{ uid, attendees, organizer, properties }, ...others], method } = sample('hostile.ics');
  assert.deepEqual([others, method], [[], 'REQUEST']);
  assert.ok(uid.startsWith('Ä,;\\"🦀') && uid.includes('\nATTENDEE:mailto:eve@evil.example\nEND:VEVENT') && [...uid].length > 300, uid);
  assert.equal(organizer, 'mailto:a%22%3B%0D%0AX-EVIL%3A1@x.test');
  assert.deepEqual(attendees, ['mailto:gr%C3%BC%C3%9Fe%F0%9F%A6%80@x.test']);
  assert.deepEqual(properties, ['ATTENDEE', ...PROPERTIES, 'ORGANIZER'].sort());
});

test('a feed has each session once, at the right time on both sides of a clock change', () => {
  const { method, name, refresh, events, in_berlin } = sample('feed.ics');
  assert.deepEqual([method, name, refresh], [null, 'Termine', 'PT1H']);
  assert.deepEqual(in_berlin.sort(), ['2026-03-29 01:30 CET', '2026-03-29 03:30 CEST', '2026-10-25 02:30 CEST', '2026-10-25 02:30 CET']);
  assert.deepEqual(events.map(({ status }) => status), ['CONFIRMED', 'CONFIRMED', 'CONFIRMED', 'CANCELLED']);
  for (const { organizer, attendees, properties, summary } of events) {
    assert.deepEqual([organizer, attendees, summary, properties], [null, [], 'Termin', PROPERTIES]);
  }
});

test('a feed of nobody\'s sessions is a calendar, too', () => {
  assert.deepEqual(sample('empty.ics').events, []);
});
