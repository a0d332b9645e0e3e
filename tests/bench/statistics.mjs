// @ts-check

export function median(/** @type {number[]} */ values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median, least and greatest. */
export function spread(/** @type {number[]} */ values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** The ratio within each round, so that a busy moment of the machine strikes both sides. */
export function ratios(/** @type {number[]} */ numerators, /** @type {number[]} */ denominators) {
  return spread(numerators.map((value, round) => value / denominators[round]));
}
