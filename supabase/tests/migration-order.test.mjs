// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { referencesAhead } from './migration-order.mjs';

const LATER = "create table private.later (id int); create function private.later_too() returns int language sql as 'select 1';";

/** @type {[what: string, text: string, refersTo: string][]} */
const REFUSED = [
  ['a call in plpgsql', 'create function private.f() returns void language plpgsql as $$ begin perform private.later_too(); end $$;', 'private.later_too'],
  ['a call in sql', 'create function public.f() returns int language sql as $$ select private.later_too() $$;', 'private.later_too'],
  ['a table', 'create function private.f() returns void language plpgsql as $$ begin delete from private.later where id = 1; end $$;', 'private.later'],
  ['a row of a table', 'create function private.f() returns void language plpgsql as $$ declare v private.later; begin null; end $$;', 'private.later'],
  ['a text that is executed', "create function private.f() returns void language plpgsql as $$ begin execute 'select private.later_too()'; end $$;", 'private.later_too'],
  ['what a job calls', "select cron.schedule('a', '* * * * *', 'select private.later_too()');", 'private.later_too'],
];

for (const [what, text, refersTo] of REFUSED) {
  test(`refused ahead of its migration: ${what}`, () => {
    const [complaint, ...others] = referencesAhead([{ name: '1_first.sql', text }, { name: '2_later.sql', text: LATER }]);
    assert.match(complaint ?? '', new RegExp(`^1_first\\.sql: .* refers to ${refersTo}, which 2_later\\.sql creates$`));
    assert.deepEqual(others, []);
  });
}

test('a migration refers to itself, in any order, and to those before it', () => {
  const self = "create function private.f() returns int language sql as 'select private.g()'; create function private.g() returns int language sql as 'select 1';";
  assert.deepEqual(referencesAhead([{ name: '1_later.sql', text: LATER }, { name: '2_first.sql', text: `${self} select private.later_too();` }]), []);
});

test('a comment may look ahead', () => {
  const text = "-- private.later_too() comes to use it — later.\ncreate table private.t (id int); comment on table private.t is 'See private.later_too().';";
  assert.deepEqual(referencesAhead([{ name: '1_first.sql', text }, { name: '2_later.sql', text: LATER }]), []);
});

test('what a later migration replaces was there before', () => {
  const first = "create function private.f() returns int language sql as 'select 1'; create function private.g() returns int language sql as 'select private.f()';";
  const second = "create or replace function private.f() returns int language sql as 'select 2';";
  assert.deepEqual(referencesAhead([{ name: '1_first.sql', text: first }, { name: '2_second.sql', text: second }]), []);
});
