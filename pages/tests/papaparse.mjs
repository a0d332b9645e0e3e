// @ts-check
// Papa Parse, where the pages find it: they have it by a script of its own.
// @ts-expect-error It has no types.
import Papa from 'papaparse';

/** @type {any} */ (globalThis).Papa = Papa;
export default /** @type {any} */ (Papa);
