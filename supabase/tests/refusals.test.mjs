// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callGraph, promised, raised } from './refusals.mjs';

/** @param {string} name @param {string} body */
const sqlFunction = (name, body) => {
  const [schema, short] = name.split('.');
  return { schema, name: short, definition: `create function ${name}() as $$ ${body} $$`, comment: '', callable: true };
};
const refusal = (/** @type {string} */ word) => `raise sqlstate 'PT409' using message = '${word}', detail = 'x';`;

test('a refusal is read with its status; a comment refuses nothing', () => {
  assert.deepEqual(raised(`${refusal('seat_limit')} -- ${refusal('in_a_comment')}\n raise exception 'other'`), ['409 seat_limit']);
});

test('a word that is put together is a complaint', () => {
  assert.throws(() => raised("raise sqlstate 'PT409' using message = v_word"), /nobody can read: v_word/);
});

test('what a comment promises is a list without remarks', () => {
  assert.deepEqual(promised('Does it. Errors: forbidden (403), conflict, seat_limit (409, detail in JSON). And more.'), ['forbidden', 'conflict', 'seat_limit']);
  assert.equal(promised('Refuses nothing.'), null);
});

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
