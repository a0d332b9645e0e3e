// @ts-check
// The sink as a process of its own: `node tests/sink/main.mjs [--port N] [--rate N]`.
// Prints its URL as the first line.

import { parseArgs } from 'node:util';
import { Sink } from './sink.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    rate: { type: 'string' },
  },
});
const sink = await new Sink({
  requestsPerSecond: values.rate === undefined ? undefined : Number(values.rate),
}).listen(Number(values.port));
process.stdout.write(`${sink.url}\n`);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void sink.close());
