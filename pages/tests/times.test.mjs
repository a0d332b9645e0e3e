// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldTime, instantOf, startOfDay, useZone } from '../assets/times.js';

test('a field means the instant that it was filled with, in every zone and all year', () => {
  let tried = 0;
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    useZone(zone);
    for (let at = Date.parse('2027-01-01T00:10Z'); at < Date.parse('2028-01-01T00:00Z'); at += 37 * 3_600_000) {
      const wall = fieldTime(at);
      const again = Date.parse(instantOf(wall));
      // Where it is shown twice, the first is meant.
      assert.ok(again === at || (again < at && fieldTime(again) === wall), `${zone}, ${new Date(at).toISOString()}`);
      tried += 1;
    }
  }
  assert.ok(tried > 90_000, `${tried} tried`);
});

test('an hour that is missing is counted on, and of one that comes twice the first is meant', () => {
  for (const [zone, wall, instant] of [
    ['Europe/Berlin', '2027-03-28T02:30', '2027-03-28T01:30:00.000Z'], ['Europe/Berlin', '2027-10-31T02:30', '2027-10-31T00:30:00.000Z'],
    ['America/New_York', '2027-03-14T02:30', '2027-03-14T07:30:00.000Z'], ['America/New_York', '2027-11-07T01:30', '2027-11-07T05:30:00.000Z'],
    ['Australia/Lord_Howe', '2027-10-03T02:15', '2027-10-02T15:45:00.000Z'], ['Pacific/Kiritimati', '2027-01-01T00:00', '2026-12-31T10:00:00.000Z'],
  ]) {
    useZone(zone);
    assert.equal(instantOf(wall), instant, `${zone}, ${wall}`);
  }
});

test('a day begins at its first moment, also where midnight is skipped or comes twice', () => {
  for (const [zone, day, instant] of [
    ['Europe/Berlin', '2026-11-30', '2026-11-29T23:00:00.000Z'], ['America/Santiago', '2026-09-06', '2026-09-06T04:00:00.000Z'],
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z'], ['Atlantic/Azores', '2026-10-25', '2026-10-25T00:00:00.000Z'],
  ]) {
    useZone(zone);
    assert.equal(startOfDay(day), instant, `${zone}, ${day}`);
  }
});
