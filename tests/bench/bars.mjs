// @ts-check
/** The bars of the project: docs say them, this file holds the build to them. */
import { ratios } from './statistics.mjs';

/**
 * `by`: what decides, since by the clock a neighbour's load is in it, too.
 * @typedef {{median: number, min: number, max: number}} Spread
 * @typedef {{work: string, bar: string, by: 'clock' | 'processor', clock: Spread, processor?: Spread, met: boolean}} Bar
 * @param {Awaited<ReturnType<typeof import('./throughput.mjs').throughput>>} warm @param {Record<'modules' | 'bundle', Record<string, number[]>>} times
 * @returns {Bar[]}
 */
export function bars({ perSecond, cpuMicroseconds }, times) {
  const least = (/** @type {string} */ peer, /** @type {number} */ bar) => {
    const processor = ratios(cpuMicroseconds[peer], cpuMicroseconds.wasm);
    return {
      work: `requests/s: wasm / ${peer}`,
      bar: `>= ${bar.toFixed(2)}`,
      by: /** @type {const} */ ('processor'),
      clock: ratios(perSecond.wasm, perSecond[peer]),
      processor,
      met: processor.median >= bar,
    };
  };
  const most = (/** @type {string} */ peer, /** @type {number} */ bar) => {
    const clock = ratios(times.modules.wasm, times.modules[peer]);
    return {
      work: `import + first request, modules: wasm / ${peer}`,
      bar: `<= ${bar.toFixed(2)}`,
      by: /** @type {const} */ ('clock'),
      clock,
      met: clock.median <= bar,
    };
  };
  return [
    least('plain fetch', 0.97),
    least('supabase-js, one call', 1.15),
    least('supabase-js, five calls', 4),
    most('plain fetch', 1.6),
    most('supabase-js, one call', 0.3),
  ];
}
