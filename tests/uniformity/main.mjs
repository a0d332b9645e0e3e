// @ts-check
/** tests/uniformity/run: measures and prints. It is no test: times prove nothing on a busy machine. */
import { parseArgs } from 'node:util';
import { CLASSES, prepare, rest, tidy } from './classes.mjs';
import { report } from './report.mjs';
import { again, alone, beside, watch } from './trials.mjs';

const USAGE = `usage: tests/uniformity/run [--each N]

  Asks a running stack for links that reset a password, N times (400) for addresses of each of
  ${CLASSES.length} classes, in random order, and prints how well a stranger could tell the classes apart
  by the time of the answers: AUC is the chance to guess right between a class and the others, 0.5 is
  blind; "chance" is what 99 of 100 runs stay within where there is no difference. Takes some ten
  minutes. The local inbox takes 5,000 calls an hour: one run, then start the stack anew.`;

const { values } = parseArgs({
  options: { each: { type: 'string', default: '400' }, help: { type: 'boolean', short: 'h', default: false } },
});
const each = Number(values.each);
if (values.help || !Number.isInteger(each) || each < 1) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}

/** Some of the classes. @param {Record<string, string[]>} addresses @param {string[]} names */
const pick = (addresses, ...names) => Object.fromEntries(names.map((name) => [name, addresses[name]]));

try {
  // Fresh functions, compiled code, warm caches.
  await alone(await prepare(10));
  await rest();
  console.log(report('One request for an address', await alone(await prepare(each))));
  for (const [title, trials, count] of /** @type {const} */ ([
    ['A second request for the same address, up to 40 ms after the first', again, each],
    ['A request for an address of nobody, up to 40 ms after one of the class', beside, each],
    ['Requests for addresses of nobody, for 3.5 s after one of the class: their mean', watch, Math.ceil(each / 10)],
  ])) {
    await rest();
    const addresses = await prepare(count);
    console.log(`\n${report(title, await trials(pick(addresses, 'known, confirmed', 'known, cooling down', 'unknown')))}`);
  }
} finally {
  await tidy();
}
