// @ts-check
// How well two samples of times can be told apart.

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The chance that one of `a` is greater than one of `b`: the area under the ROC curve of whoever
 * guesses by time, which is Mann-Whitney's U over all pairs. 0.5 is guessing blindly.
 * @param {readonly number[]} a @param {readonly number[]} b
 */
export function auc(a, b) {
  const ranked = [...a.map((value) => ({ value, of: 'a' })), ...b.map((value) => ({ value, of: 'b' }))];
  ranked.sort((x, y) => x.value - y.value);
  let sum = 0;
  for (let from = 0; from < ranked.length; ) {
    let to = from;
    while (to < ranked.length && ranked[to].value === ranked[from].value) to += 1;
    // Equal values share the mean of their ranks.
    const rank = (from + 1 + to) / 2;
    for (const one of ranked.slice(from, to)) if (one.of === 'a') sum += rank;
    from = to;
  }
  return (sum - (a.length * (a.length + 1)) / 2) / (a.length * b.length);
}

/** How far from 0.5 chance alone takes the area in 99 % of all runs. @param {number} a @param {number} b sizes */
export const aucNoise = (a, b) => 2.576 * Math.sqrt((a + b + 1) / (12 * a * b));

/** The greatest distance of the two distributions, Kolmogorov-Smirnov's D.
 * @param {readonly number[]} a @param {readonly number[]} b */
export function distance(a, b) {
  const [left, right] = [a, b].map((values) => [...values].sort((x, y) => x - y));
  let [i, j, greatest] = [0, 0, 0];
  while (i < left.length && j < right.length) {
    const at = Math.min(left[i], right[j]);
    while (left[i] === at) i += 1;
    while (right[j] === at) j += 1;
    greatest = Math.max(greatest, Math.abs(i / left.length - j / right.length));
  }
  return greatest;
}

/** What chance alone reaches in 1 % of all runs. @param {number} a @param {number} b sizes */
export const distanceNoise = (a, b) => 1.628 * Math.sqrt((a + b) / (a * b));
