// @ts-check
/**
 * scripts/bench mails: how many mails a second go from the queue into a sink, by one dispatcher and by two, and what each part
 * of the platform takes of the processors. On a stack of its own, some three minutes with its start.
 *
 *   scripts/bench mails [how many at once, 60000]
 */
import { startStack, stopStack } from '../../suite/stack.mjs';

const count = Number(process.argv[2] ?? 60_000);
if (!Number.isInteger(count) || count < 1_000) {
  console.error('error: scripts/bench mails takes a number of mails, from 1000 on.');
  process.exit(2);
}

try {
  Object.assign(process.env, await startStack());
  // What it imports looks for the stack at once.
  const { measure } = await import('./rounds.mjs');
  await measure(count, [1, 2, 1, 2]);
} finally {
  await stopStack();
}
