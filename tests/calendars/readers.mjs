// @ts-check
// Readers of calendars that others wrote: two of Python, and ical.js, which is Thunderbird's. What one of them finds, the other finds.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import ICAL from 'ical.js';
import { root } from '../suite/root.mjs';
import { calendarReaders } from '../suite/tools.mjs';

const python = await calendarReaders();

/**
 * @typedef {{ uid: string, sequence: number, status: string, summary: string, description: string, url: string, class: string, location: string | null,
 *   organizer: string | null, attendees: string[], starts_at: string, ends_at: string, properties: string[] }} Event
 * @typedef {{ method: string | null, name: string | null, refresh: string | null, errors: string[], events: Event[], in_berlin: string[] }} Calendar
 */

/** What a calendar says. Fails where a line is too long or ends otherwise than lines of calendars do. @param {Buffer} bytes @returns {Calendar} */
export function readCalendar(bytes) {
  assert.ok(bytes.equals(Buffer.from(bytes.toString('utf8'))), 'it is no UTF-8');
  const lines = bytes.toString('utf8').split('\r\n');
  assert.equal(lines.pop(), '', 'the last line has no end');
  for (const line of lines) {
    assert.ok(Buffer.byteLength(line) <= 75, `longer than 75 bytes: ${line}`);
    assert.doesNotMatch(line, /[\r\n]/);
  }
  const told = byPython(bytes);
  assert.deepEqual(told.errors, []);
  assert.deepEqual(told.events, byIcalJs(bytes.toString('utf8')));
  return told;
}

/** @param {Buffer} bytes @returns {Calendar} */
function byPython(bytes) {
  const { status, stdout, stderr } = spawnSync(python, [path.join(root, 'tests/calendars/read.py')], { input: bytes, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

/** @param {string} text @returns {Event[]} */
function byIcalJs(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  return calendar.getAllSubcomponents('vevent').map((event) => {
    const value = (/** @type {string} */ name) => /** @type {any} */ (event.getFirstPropertyValue(name));
    const instant = (/** @type {string} */ name) => value(name).toJSDate().toISOString().replace('.000Z', 'Z');
    return /** @type {Event} */ ({
      ...Object.fromEntries(['uid', 'status', 'summary', 'description', 'url', 'class', 'location', 'organizer'].map((name) => [name, value(name)])),
      sequence: value('sequence'),
      starts_at: instant('dtstart'),
      ends_at: instant('dtend'),
      attendees: event.getAllProperties('attendee').map((one) => one.getFirstValue()),
      properties: [...new Set(event.getAllProperties().map(({ name }) => name.toUpperCase()))].sort(),
    });
  });
}
