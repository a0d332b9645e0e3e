// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auc, aucNoise, distance, distanceNoise, median } from './statistics.mjs';

const range = (/** @type {number} */ from, /** @type {number} */ to) =>
  Array.from({ length: to - from }, (_, n) => from + n);

test('the median is the middle', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});

test('samples without overlap are told apart every time, and equal ones never', () => {
  assert.deepEqual([auc(range(10, 20), range(0, 10)), distance(range(10, 20), range(0, 10))], [1, 1]);
  assert.equal(auc(range(0, 10), range(10, 20)), 0);
  assert.deepEqual([auc(range(0, 10), range(0, 10)), distance(range(0, 10), range(0, 10))], [0.5, 0]);
});

test('equal values count for half', () => {
  assert.equal(auc([1, 1, 1], [1, 1]), 0.5);
  assert.equal(auc([1, 2], [1, 1]), 0.75);
});

test('the distance is the greatest one', () => {
  assert.equal(distance([1, 2, 3, 4], [3, 4, 5, 6]), 0.5);
  assert.equal(distance([1, 2, 3, 4], [1, 2, 3, 9]), 0.25);
});

test('a shift of a tenth of the spread is far above the noise of a thousand values', () => {
  const shifted = range(0, 1000).map((value) => value + 100);
  assert.ok(auc(shifted, range(0, 1000)) - 0.5 > aucNoise(1000, 1000));
  assert.ok(distance(shifted, range(0, 1000)) > distanceNoise(1000, 1000));
});
