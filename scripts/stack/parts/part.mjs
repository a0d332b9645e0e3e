// @ts-check
// What every part's process does: it is told where it is, says when it is ready and that it is alive, and ends with
// whoever started it. A part that cannot go on ends itself; ../keep-alive.mjs starts it anew.

/**
 * @typedef {{ settings: import('../settings.mjs').Settings, environment: Record<string, string>, echo: boolean }} Place
 *   `environment`: the functions'; `echo`: show what the functions write
 */

/** @param {(place: Place) => Promise<() => Promise<unknown>>} start resolves when it is ready, with what ends it */
export async function runPart(start) {
  // A full disk takes what is written, and nothing else.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  let stop = async () => /** @type {unknown} */ (undefined);
  process.once('SIGTERM', () => void stop().finally(() => process.exit(0)));
  process.once('disconnect', () => process.exit(1));
  process.on('message', (message) => void (message === 'alive?' && tell('alive')));
  const place = await new Promise((resolve) => process.once('message', resolve));
  try {
    stop = await start(place);
    tell({ ready: true });
  } catch (error) {
    console.error(error);
    tell({ failure: /** @type {Error} */ (error).message }, () => process.exit(1));
  }
}

/** @param {unknown} message @param {() => void} [done] */
function tell(message, done = () => {}) {
  if (process.connected) process.send?.(message, undefined, {}, done);
}
