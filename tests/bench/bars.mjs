// @ts-check
/** The bars of the project: docs say them, this file holds the build to them. */
import { ratios } from './statistics.mjs';

/**
 * @typedef {{median: number, min: number, max: number}} Spread
 * @typedef {{work: string, bar: string, ratio: Spread, byCpu?: Spread, met: boolean}} Bar
 * @param {Awaited<ReturnType<typeof import('./throughput.mjs').throughput>>} warm @param {Record<'modules' | 'bundle', Record<string, number[]>>} times
 * @returns {Bar[]}
 */
export function bars({ perSecond, cpuMicroseconds }, times) {
  const least = (/** @type {string} */ ours, /** @type {string} */ peer, /** @type {number} */ bar) => {
    const ratio = ratios(perSecond[ours], perSecond[peer]);
    const byCpu = ratios(cpuMicroseconds[peer], cpuMicroseconds[ours]);
    return {
      work: `requests/s: ${ours} / ${peer}`,
      bar: `>= ${bar.toFixed(2)}`,
      ratio,
      byCpu,
      met: ratio.median >= bar,
    };
  };
  const most = (
    /** @type {'modules' | 'bundle'} */ form,
    /** @type {string} */ peer,
    /** @type {number} */ bar,
  ) => {
    const ratio = ratios(times[form].wasm, times[form][peer]);
    return {
      work: `import + first request, ${form}: wasm / ${peer}`,
      bar: `<= ${bar.toFixed(2)}`,
      ratio,
      met: ratio.median <= bar,
    };
  };
  return [
    least('wasm', 'plain fetch', 1),
    least('wasm', 'supabase-js, one call', 1.5),
    least('wasm', 'supabase-js, five calls', 4),
    most('modules', 'supabase-js, one call', 0.3),
    most('modules', 'supabase-js, five calls', 0.3),
    most('bundle', 'supabase-js, one call', 0.3),
    most('bundle', 'supabase-js, five calls', 0.3),
  ];
}
