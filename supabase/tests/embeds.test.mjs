// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embedsOf, selectsOf, waysOf } from './embeds.mjs';

const keys = [
  { name: 'bookings_specialist_id_fkey', from: 'bookings', to: 'specialists' },
  { name: 'notes_booking_id_fkey', from: 'notes', to: 'bookings' },
];

test('a select is found with its table, also by a constant, and behind other calls', () => {
  const text = `
    client.from('bookings').select('id, specialists(display_name)').eq('id', id);
    const COLUMNS = \`id,
      notes(id)\`;
    client
      .from('bookings')
      .select(COLUMNS);
    client.from('notes').insert(row).select('id');`;
  assert.deepEqual(selectsOf(text), [
    { table: 'bookings', columns: 'id, specialists(display_name)' },
    { table: 'bookings', columns: 'id,\n      notes(id)' },
    { table: 'notes', columns: 'id' },
  ]);
  assert.throws(() => selectsOf("client.from('bookings').select(columns)"), /columns selects of bookings/);
});

test('an embed is found at any depth, with the key that it names', () => {
  assert.deepEqual(embedsOf('bookings', 'id, who:specialists!bookings_specialist_id_fkey(display_name, pillars!inner(name)), notes(id)'), [
    { source: 'bookings', target: 'specialists', hint: 'bookings_specialist_id_fkey' },
    { source: 'specialists', target: 'pillars' },
    { source: 'bookings', target: 'notes' },
  ]);
});

test('one key is one way, in either direction', () => {
  assert.deepEqual(waysOf({ source: 'bookings', target: 'specialists' }, keys), ['bookings_specialist_id_fkey']);
  assert.deepEqual(waysOf({ source: 'specialists', target: 'bookings' }, keys), ['bookings_specialist_id_fkey']);
  assert.deepEqual(waysOf({ source: 'notes', target: 'specialists' }, keys), []);
});

test('a table between the two is another way, unless the key is named', () => {
  const more = [...keys, { name: 'notes_specialist_id_fkey', from: 'notes', to: 'specialists' }];
  assert.deepEqual(waysOf({ source: 'bookings', target: 'specialists' }, more), ['bookings_specialist_id_fkey', 'notes']);
  assert.deepEqual(waysOf({ source: 'bookings', target: 'specialists', hint: 'bookings_specialist_id_fkey' }, more), ['bookings_specialist_id_fkey']);
  assert.deepEqual(waysOf({ source: 'bookings', target: 'specialists', hint: 'gone_fkey' }, more), []);
});

test('a second key between the two is another way', () => {
  const more = [...keys, { name: 'bookings_stand_in_id_fkey', from: 'bookings', to: 'specialists' }];
  assert.equal(waysOf({ source: 'bookings', target: 'specialists' }, more).length, 2);
});
