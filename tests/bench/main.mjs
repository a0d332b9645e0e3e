// @ts-check
/** scripts/bench: measures, prints, and writes RESULTS.md. `--enforce` fails where a bar is missed. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bars } from './bars.mjs';
import { bundleAll } from './bundle.mjs';
import { startUpstream, stopAll } from './processes.mjs';
import { freshStart } from './fresh-start.mjs';
import { report } from './report.mjs';
import { ROOT } from './settings.mjs';
import { throughput } from './throughput.mjs';

const USAGE = `usage: scripts/bench [--enforce]

  Measures the functions against hand-written peers: warm requests, fresh isolates, module sizes.
  Takes some three minutes and wants a quiet machine. --enforce fails where a bar is missed.`;

const unknown = process.argv.slice(2).filter((argument) => argument !== '--enforce');
if (unknown.length > 0) {
  console.log(USAGE);
  process.exit(unknown.every((argument) => /^(-h|--help)$/.test(argument)) ? 0 : 2);
}

const progress = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);

try {
  progress('building');
  const modules = execFileSync('cargo', ['xtask', 'build'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const bundles = await bundleAll();
  const upstream = await startUpstream();
  const times = await freshStart(upstream, progress);
  const warm = await throughput(upstream, progress);
  const measured = bars(warm, times);
  const text = report({ warm, times, bundles, bars: measured, modules });
  process.stdout.write(text);
  writeFileSync(join(ROOT, 'tests/bench/RESULTS.md'), text);
  if (process.argv.includes('--enforce') && measured.some((bar) => !bar.met)) process.exitCode = 1;
} finally {
  await stopAll();
}
