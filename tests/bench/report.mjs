// @ts-check
/** The figures as Markdown. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { DENO, FRESH_START, LOADS, THROUGHPUT } from './settings.mjs';
import { spread } from './statistics.mjs';

/**
 * @param {{warm: Awaited<ReturnType<typeof import('./throughput.mjs').throughput>>, times: Record<'modules' | 'bundle', Record<string, number[]>>,
 *   bundles: Record<string, {raw: number, gzip: number}>, bars: import('./bars.mjs').Bar[], modules: string}} results
 */
export function report({ warm, times, bundles, bars, modules }) {
  const ratioRows = bars.map(({ work, bar, by, clock, processor, met }) => [
    work,
    `${bar} by ${by}`,
    written(clock, 2),
    processor ? written(processor, 2) : '',
    met ? 'met' : 'MISSED',
  ]);
  const rateRows = Object.entries(warm.perSecond).map(([name, values]) => [
    name,
    String(LOADS[name].status),
    written(spread(values), 0),
    written(spread(warm.cpuMicroseconds[name]), 0),
  ]);
  const timeRows = Object.keys(times.bundle).map((name) => [
    name,
    written(spread(times.modules[name]), 1),
    written(spread(times.bundle[name]), 1),
    `${kilobytes(bundles[name].raw)} (${kilobytes(bundles[name].gzip)})`,
  ]);
  return `# Bench results

Written by \`./scripts/bench\`. ${machine()}

Ratios are taken within each round (${THROUGHPUT.rounds} interleaved rounds of ${THROUGHPUT.seconds} s with
${THROUGHPUT.connections} connections; ${FRESH_START.rounds} rounds of new processes without code cache): median (least to greatest).
Under load all subjects are single-file bundles. They validate alike, answer alike, and log one line per request.

${table(['work', 'bar', 'by the clock', 'by processor time', ''], ratioRows)}

${table(['warm', 'answer', 'requests/s', 'processor time of one, us'], rateRows)}

${table(['fresh isolate', 'import + first request, ms: modules', 'the same: bundle', 'bundle, KB (gzip)'], timeRows)}

\`\`\`
${modules.trim()}
\`\`\`
`;
}

function written(/** @type {import('./bars.mjs').Spread} */ { median, min, max }, /** @type {number} */ digits) {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

function kilobytes(/** @type {number} */ bytes) {
  return (bytes / 1000).toFixed(0);
}

function table(/** @type {string[]} */ head, /** @type {string[][]} */ rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function machine() {
  const deno = execFileSync(DENO, ['--version'], { encoding: 'utf8' }).match(/deno (\S+)[^]*v8 (\S+)/);
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${new Date().toISOString().slice(0, 10)}; Deno ${deno?.[1]}, V8 ${deno?.[2]}; ${cpus().length} x ${cpu.model.trim()}, ${memory} GB, ${process.platform} ${process.arch}; load average at the end ${loadavg()[0].toFixed(1)}, of which the bench itself makes about 2.`;
}
