// @ts-check
// Chance that is the same at every run, for examples that are written down.

/** mulberry32. @param {number} seed */
export function chance(seed) {
  let state = seed;
  function random() {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
  /** @template T @param {ArrayLike<T>} list @returns {T} */
  const pick = (list) => list[Math.floor(random() * list.length)];
  /** @param {number} least @param {number} most @param {() => string} one */
  const some = (least, most, one) => Array.from({ length: least + Math.floor(random() * (most - least + 1)) }, one).join('');
  return { random, pick, some };
}
