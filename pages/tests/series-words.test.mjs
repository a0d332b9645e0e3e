// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goesOn, outcomeText, repeatsOf, seriesText } from '../assets/series-words.js';

const series = (/** @type {string} */ rule, zone = 'Europe/Berlin') => ({ rule, wall_starts_at: '2027-03-01T09:00:00', time_zone: zone });

test('a series is told in words', () => {
  assert.equal(seriesText(series('FREQ=WEEKLY;BYDAY=MO;COUNT=10')), 'Every week on Monday at 09:00 (Europe/Berlin), 10 sessions');
  assert.equal(seriesText(series('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20270401T215959Z;WKST=SU')), 'Every 2 weeks on Monday and Thursday at 09:00 (Europe/Berlin), until 1 April 2027');
});

test('its last day is that of the wall', () => {
  assert.equal(repeatsOf(series('FREQ=WEEKLY;BYDAY=MO;UNTIL=20270402T035959Z', 'America/New_York')).until, '2027-04-01');
  assert.equal(repeatsOf(series('FREQ=WEEKLY;BYDAY=MO;UNTIL=20270331T105959Z', 'Pacific/Auckland')).until, '2027-03-31');
});

test('it goes on as long as there are more by the rule', () => {
  const days = [{ on_day: '2027-03-01' }, { on_day: '2027-03-08' }];
  assert.equal(goesOn(series('FREQ=WEEKLY;BYDAY=MO;COUNT=3'), days), true);
  assert.equal(goesOn(series('FREQ=WEEKLY;BYDAY=MO;COUNT=2'), days), false);
  assert.equal(goesOn(series('FREQ=WEEKLY;BYDAY=MO;UNTIL=20270315T225959Z'), days), true);
  assert.equal(goesOn(series('FREQ=WEEKLY;BYDAY=MO;UNTIL=20270314T225959Z'), days), false);
});

test('what came of it is counted', () => {
  assert.equal(outcomeText([{ outcome: 'booked', refusal: null }]), '1 of 1 sessions are booked.');
  assert.equal(
    outcomeText([{ outcome: 'booked', refusal: null }, { outcome: 'skipped', refusal: 'slot_taken' }, { outcome: 'booked', refusal: 'slot_taken' }, { outcome: null, refusal: null }]),
    '1 of 4 sessions are booked. 1 more will be, as their time comes. 2 could not be as you wished: your sessions show why, and what can be done.',
  );
});
