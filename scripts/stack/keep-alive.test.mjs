// @ts-check
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { keepAlive } from './keep-alive.mjs';

/** Parts that end when they are told to. */
function parts() {
  /** @type {{ at: number, end: (how: string) => void }[]} */
  const started = [];
  const start = async () => {
    /** @type {(how: string) => void} */
    let end = () => {};
    const ended = /** @type {Promise<string>} */ (new Promise((resolve) => (end = resolve)));
    started.push({ at: Date.now(), end });
    return { ended, stop: async () => end('stopped') };
  };
  return { started, start };
}

/** @param {() => boolean} is */
async function until(is) {
  for (const end = Date.now() + 5_000; !is(); await setTimeout(5)) assert.ok(Date.now() < end, String(is));
}

test('what ends is started again, each time after a longer pause, and is told', async (t) => {
  const said = t.mock.method(console, 'error', () => {}).mock;
  const { started, start } = parts();
  const kept = await keepAlive('A part', start);
  for (let n = 0; n < 4; n += 1) {
    started[n].end('SIGKILL');
    await until(() => started.length === n + 2);
  }
  const pauses = started.slice(1).map(({ at }, i) => at - started[i].at);
  assert.ok(pauses.every((pause, i) => pause >= 45 * 2 ** i), String(pauses));
  assert.match(String(said.calls[0].arguments[0]), /^\S+Z A part has ended \(SIGKILL\) and is started again$/);
  await kept.stop();
});

test('a start that fails is tried again, until it is wanted no more', async (t) => {
  const said = t.mock.method(console, 'error', () => {}).mock;
  const { started, start } = parts();
  let tries = 0;
  const kept = await keepAlive('A part', async () => {
    tries += 1;
    if (tries > 1) throw new Error('no room');
    return start();
  });
  started[0].end('code 1');
  await until(() => tries === 4);
  await kept.stop();
  assert.match(String(said.calls.at(-1)?.arguments[0]), /A part did not start and is tried again: no room$/);
  await setTimeout(500);
  assert.equal(tries, 4);
});

test('a stop does not wait for a start that never ends', async (t) => {
  t.mock.method(console, 'error', () => {});
  const { started, start } = parts();
  const kept = await keepAlive('A part', (signal) => {
    if (started.length === 0) return start();
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('unwanted'))));
  });
  started[0].end('code 1');
  await setTimeout(100);
  await kept.stop();
});

test('a first start that fails is the caller\'s to hear of', async () => {
  await assert.rejects(keepAlive('A part', () => Promise.reject(new Error('no'))), { message: 'no' });
});
