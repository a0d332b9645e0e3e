// @ts-check
/** tests/uniformity/run: measures and prints. It is no test: times prove nothing on a busy machine. */
import { parseArgs } from 'node:util';
import { CLASSES, tidy } from './classes.mjs';
import { links } from './links.mjs';
import { refusals } from './refusals.mjs';
import { removal } from './removal.mjs';

const USAGE = `usage: tests/uniformity/run [links | removal | refusals] [--each N]

  Asks a running stack, N times (400) for each class in random order, and prints how well the classes could be told
  apart by the time of the answers: AUC is the chance to guess right between a class and the others, 0.5 is
  blind; "chance" is what 99 of 100 runs stay within where there is no difference.

  links    a stranger asks for links that reset a password, for addresses of ${CLASSES.length} kinds. Takes some ten
           minutes.
  removal  an employer removes members who have 0, 1, 2 and 5 sessions to come.
  refusals somebody asks for times at which a colleague has a session, that are off, or that fell free a
           while ago. Up to 980 each: a specialist may have 1,000 days off.`;

/** @type {Record<string, (each: number) => Promise<void>>} */
const measurements = { links, removal, refusals };
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { each: { type: 'string', default: '400' }, help: { type: 'boolean', short: 'h', default: false } },
});
const each = Number(values.each);
const measure = measurements[positionals[0] ?? 'links'];
if (values.help || !measure || positionals.length > 1 || !Number.isInteger(each) || each < 1) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}

try {
  await measure(each);
} finally {
  await tidy();
}
