// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { unguarded } from './safe-updates.mjs';

/** @param {string} body */
const plpgsql = (body) => ({
  name: 'f', language: 'plpgsql', source: body, definition: `create function f() returns setof int language plpgsql as $$ declare n int; begin ${body} end $$`,
});
/** @param {string} body */
const sql = (body) => ({ name: 'f', language: 'sql', source: body, definition: '' });

/** @type {[string, { name: string, language: string, source: string, definition: string }][]} */
const REFUSED = [
  ['a statement', plpgsql('delete from t;')],
  ['a CTE', plpgsql('return query with d as (update t set a = 1 returning a) select a from d;')],
  ['a CTE below another statement', sql('with d as (delete from s.t returning a) insert into u select a from d')],
  ['an update with FROM only', sql('update t set a = u.a from u')],
  ['the query of a loop', plpgsql('for n in update t set a = 1 returning a loop null; end loop;')],
  ['the body of a handler', plpgsql('begin null; exception when others then update t set a = 1; end;')],
  ['dynamic SQL', plpgsql("execute 'delete from t';")],
  ['dynamic SQL with names filled in', plpgsql("execute format('update %I.%I set a = %L', 's', 't', 1);")],
  ['dynamic SQL with a clause filled in', plpgsql("execute format('update t set a = 1 %s', n);")],
  ['dynamic SQL put together', plpgsql("execute 'delete from ' || n;")],
  ['a body that is parsed already', { name: 'f', language: 'sql', source: '', definition: 'create function f() returns void begin atomic delete from t; end' }],
];

for (const [where, sqlFunction] of REFUSED) {
  test(`a missing WHERE is found in ${where}`, () => assert.equal(unguarded(sqlFunction).length, 1));
}

test('what has a WHERE, or changes no rows, passes', () => {
  const fine = [
    plpgsql('delete from t where true;'),
    plpgsql("n := (select count(*) from t); execute format('delete from %I where a = $1', 't') using n;"),
    plpgsql("execute 'delete from t' || case when n is null then '' else ' where a = 1' end;"),
    plpgsql("execute format('select %L', 'update'); return;"),
    plpgsql("execute format('alter table t attach partition %I %s', 'u', n);"),
    plpgsql("execute format('delete from t %s where a', n);"),
    sql('insert into t values (1) on conflict (a) do update set a = 2'),
    sql('select a from t for update'),
  ];
  for (const one of fine) assert.deepEqual(unguarded(one), [], one.source);
});
