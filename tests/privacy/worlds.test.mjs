// @ts-check
// Nobody is singled out by what a company sees in a year: docs/decisions/figures-single-nobody-out.md. SEED=n repeats a run, but for the noise.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { before, test } from 'node:test';
import { root } from '../suite/root.mjs';
import { solver } from '../suite/tools.mjs';
import { companiesOfAYear } from './companies.mjs';

/** @typedef {import('./companies.mjs').Company} Company */
/** @typedef {import('./companies.mjs').Month} Month */
/** @typedef {[month: string, person: number, pillar: number]} Found */
/** @typedef {{ singled_out: Found[], told_apart: Found[], impossible: string[], worlds: number, figures: number }} Report */

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
/** @type {Company[]} */
let companies = [];
before(async () => {
  console.log(`SEED=${seed}`);
  companies = await companiesOfAYear(seed);
});

/** What the solver says of each company, were it told so. @param {Company[]} asked @param {'noise' | 'fives' | 'exact'} rule @param {(month: Month) => Month['told']} told */
async function reports(asked, rule, told) {
  const python = await solver();
  const input = asked.map(({ months, ...company }) => JSON.stringify({ ...company, rule, months: months.map(({ month, members, ...one }) => ({ month, members, told: told({ month, members, ...one }) })) }));
  const { status, stdout, stderr } = spawnSync(python, [path.join(root, 'tests/privacy/worlds.py')], { input: input.join('\n'), encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const all = stdout.trim().split('\n').map((line) => /** @type {Report} */ (JSON.parse(line)));
  return {
    singledOut: all.flatMap((one) => one.singled_out), toldApart: all.flatMap((one) => one.told_apart), impossible: all.flatMap((one) => one.impossible),
    worlds: all.reduce((sum, one) => sum + one.worlds, 0), figures: all.map((one) => one.figures),
  };
}

/** A season of a few: enough to see that a check can fail. */
const some = () => companies.slice(1, 6).map((company) => ({ ...company, months: company.months.slice(0, 3) }));

test('for every employee, pillar and month there are two worlds that differ, in which a company was told what it was told', async () => {
  const { singledOut, toldApart, impossible, worlds, figures } = await reports(companies, 'noise', ({ told }) => told);
  console.log(`${worlds} worlds; figures by company: ${figures.join(', ')}`);
  assert.deepEqual(impossible, [], 'what was told follows from what was');
  assert.deepEqual(singledOut, []);
  assert.ok(figures.some((many) => many > 12), 'companies are told something');
  // At its end, which it reaches once in 50,000 draws, the noise protects from whoever knows of all others no more. So not in two months of a run.
  assert.ok(new Set(toldApart.map(([month]) => month)).size <= 1, `whoever knows of all others knows of ${JSON.stringify(toldApart)}`);
});

test('exact figures single people out, which is noticed', async () => {
  const { singledOut, toldApart, impossible } = await reports(some(), 'exact', ({ exactly }) => exactly);
  assert.deepEqual(impossible, []);
  assert.ok(singledOut.length > 20, `${singledOut.length} are singled out`);
  assert.ok(toldApart.length > 100, `${toldApart.length} are told to whoever knows of all others`);
});

test('groups of five without noise tell of the fifth, which is noticed', async () => {
  const { toldApart, impossible } = await reports(some(), 'fives', ({ fives }) => fives);
  assert.deepEqual(impossible, []);
  assert.ok(toldApart.length > 100, `${toldApart.length} are told to whoever knows of all others`);
});
