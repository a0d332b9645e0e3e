// @ts-check
/** @param {unknown} tree as libpg-query gives it @returns {Generator<[string, any]>} every named node */
export function* nodesOf(tree) {
  if (!tree || typeof tree !== 'object') return;
  for (const [key, value] of Object.entries(tree)) {
    if (!Array.isArray(tree)) yield [key, value];
    yield* nodesOf(value);
  }
}
