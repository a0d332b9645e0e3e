// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callGraph, misplaced, raised } from './refusals.mjs';

/** @param {string} name @param {string} body */
const sqlFunction = (name, body) => {
  const [schema, short] = name.split('.');
  return { schema, name: short, definition: `create function ${name}() as $$ ${body} $$`, comment: '', callable: true };
};
const refusal = (/** @type {string} */ word) => `raise sqlstate 'PT409' using message = '${word}', detail = 'x';`;

test('a refusal is read with its status; a comment refuses nothing', () => {
  assert.deepEqual(raised(`${refusal('seat_limit')} -- ${refusal('in_a_comment')}\n raise exception 'other'`), ['409 seat_limit']);
});

test('what looks like a comment within a string hides no refusal', () => {
  assert.deepEqual(raised(`perform 'a--b', 'it''s /*'; ${refusal('seat_limit')} /* ${refusal('in_a_comment')} */`), ['409 seat_limit']);
});

for (const form of [
  "raise sqlstate 'PT409' using message = v_word",
  "raise sqlstate 'PT409' using message := 'seat_limit'",
  "raise sqlstate 'PT409' using detail = 'x', message = 'seat_limit'",
  "raise exception using errcode = 'PT409', message = 'seat_limit'",
  "raise exception 'seat_limit' using errcode = 'PT' || 409",
]) {
  test(`a refusal in a form that nobody reads is a complaint: ${form}`, () => assert.throws(() => raised(form), /nobody can read/));
}

test('what is called and what is fired refuses, too, and circles end', () => {
  const functions = [
    sqlFunction('public.a', 'perform private.b(1); insert into public.t values (1)'),
    sqlFunction('private.b', `perform private.a(); ${refusal('by_b')}`),
    sqlFunction('private.a', 'perform private.b(2)'),
    sqlFunction('private.guard', refusal('by_guard')),
    sqlFunction('private.other', refusal('by_other')),
  ];
  const triggers = [{ table: 'public.t', event: 'INSERT', name: 'private.guard' }, { table: 'public.t', event: 'DELETE', name: 'private.other' }];
  assert.deepEqual([...callGraph(functions, triggers)('public.a')].sort(), [['409 by_b', 'private.b'], ['409 by_guard', 'private.guard']]);
});

test('an insert fires what follows an update only where it updates on conflict', () => {
  const functions = [
    sqlFunction('public.keeps', 'insert into public.t values (1) on conflict do nothing'),
    sqlFunction('public.updates', 'insert into public.t values (1) on conflict (id) do update set id = 1'),
    sqlFunction('private.guard', refusal('by_guard')),
  ];
  const refusals = callGraph(functions, [{ table: 'public.t', event: 'UPDATE', name: 'private.guard' }]);
  assert.deepEqual([...refusals('public.keeps').keys()], []);
  assert.deepEqual([...refusals('public.updates').keys()], ['409 by_guard']);
});

test('who handles a refusal passes it on no more, and those of other statuses still', () => {
  const functions = [
    sqlFunction('public.answers', "perform private.b(); return null; exception when sqlstate 'PT404' or sqlstate 'PT409' then return sqlerrm;"),
    sqlFunction('public.both', 'perform public.answers(); perform private.b();'),
    sqlFunction('private.b', `${refusal('by_b')} raise sqlstate 'PT422' using message = 'worse';`),
  ];
  const refusals = callGraph(functions, []);
  assert.deepEqual([...refusals('public.answers').keys()], ['422 worse']);
  assert.deepEqual([...refusals('public.both').keys()].sort(), ['409 by_b', '422 worse']);
});

test('who handles every refusal, and raises again what is none, passes none on', () => {
  const functions = [
    sqlFunction('public.answers', 'perform private.b(); return null; exception when others then if private.is_refusal(sqlstate) then return sqlerrm; end if; raise;'),
    sqlFunction('public.hides', 'perform private.b(); exception when others then return null;'),
    sqlFunction('private.b', refusal('by_b')),
  ];
  const refusals = callGraph(functions, []);
  assert.deepEqual([...refusals('public.answers').keys()], []);
  assert.deepEqual([...refusals('public.hides').keys()], ['409 by_b']);
});

test('a word of the contract with the status of another is one that the caller does not get', () => {
  assert.deepEqual(misplaced(['422 not_found', '404 not_found', '422 invalid_limit'], { not_found: 404 }), ['422 not_found']);
});
