// @ts-check
// One process at a time in a folder. The lock is a name that the kernel knows: it goes with the process that has it,
// however that ends, and takes no file that could stay behind.
import { realpath } from 'node:fs/promises';
import net from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { nameFor } from './settings.mjs';

/**
 * @param {string} directory an existing one
 * @returns {Promise<(() => Promise<void>) | null>} gives it back; null: another process has it
 */
export async function lockFolder(directory) {
  const name = `\0evenkeel-stack-${nameFor(await realpath(directory))}`;
  const lock = net.createServer((socket) => socket.destroy());
  const held = await new Promise((resolve, reject) => {
    lock.once('error', (/** @type {NodeJS.ErrnoException} */ error) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    lock.listen(name, () => resolve(true));
  });
  if (!held) return null;
  lock.unref();
  return () => new Promise((resolve) => lock.close(() => resolve()));
}

/**
 * Waits for those before it.
 * @template T @param {string} directory an existing one @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function alone(directory, work) {
  for (;;) {
    const unlock = await lockFolder(directory);
    if (!unlock) {
      await setTimeout(20);
      continue;
    }
    try {
      return await work();
    } finally {
      await unlock();
    }
  }
}
