// @ts-check
// What a failed step said of its failures, short enough to be read again.

const LINES = 60;
/** The first of these that is there is where it begins: node:test's list, nextest, pgTAP, schemathesis. */
const BEGINNINGS = [/^✖ failing tests:$/m, /^ *(?:FAIL|TIMEOUT|SIGNAL) \[/m, /^ *not ok /m, /^=+ FAILURES =+$/m];
const COLOURS = /\x1b\[[0-9;]*m/g;

/** What begins with a failure, or else the end of the output. @param {string} output */
export function whatFailed(output) {
  const plain = output.replace(COLOURS, '').trim();
  const [start] = BEGINNINGS.flatMap((beginning) => beginning.exec(plain)?.index ?? []);
  const lines = plain.slice(start ?? 0).split('\n');
  return (start === undefined ? lines.slice(-LINES) : lines.slice(0, LINES)).join('\n').trim();
}
