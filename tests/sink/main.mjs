// @ts-check
// The sink as a process of its own: `node tests/sink/main.mjs [--port N] [--count-only] [--rate N]`.
// Prints its URL as the first line. `--count-only` keeps no mails: the mode for benchmarks.

import { parseArgs } from 'node:util';
import { Sink } from './sink.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    rate: { type: 'string' },
    'count-only': { type: 'boolean', default: false },
  },
});
const sink = await new Sink({
  keep: !values['count-only'],
  requestsPerSecond: values.rate === undefined ? undefined : Number(values.rate),
}).listen(Number(values.port));
process.stdout.write(`${sink.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void sink.close());
