// @ts-check
// Two readers of recurrence rules that others wrote: python-dateutil, and rrule-temporal, on the calendar arithmetic of Temporal.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { RRuleTemporal } from 'rrule-temporal';
import { root } from '../suite/root.mjs';
import { calendarReaders } from '../suite/tools.mjs';

/** What the clock on a wall in a zone shows first, as 2027-03-01T09:00:00, and what follows from it. @typedef {{ zone: string, first: string, rule: string }} Series */

/** When each happens, as 2027-03-01T08:00:00Z. @param {Series[]} series @returns {Promise<string[][]>} */
export async function byDateutil(series) {
  const python = spawn(await calendarReaders(), [path.join(root, 'tests/calendars/recur.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = text(python.stdout);
  python.stdin.end(series.map(({ zone, first, rule }) => `${JSON.stringify([zone, first, rule])}\n`).join(''));
  const lines = (await said).trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(lines.length, series.length, 'python-dateutil did not answer all');
  return lines;
}

/** @param {Series} series @returns {string[]} */
export function byTemporal({ zone, first, rule }) {
  const written = new RRuleTemporal({ rruleString: `DTSTART;TZID=${zone}:${first.replace(/[-:]/g, '')}\nRRULE:${rule}` });
  return written.all().map((moment) => moment.toInstant().toString());
}
