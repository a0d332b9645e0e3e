/** How long a caller waits. */
export interface CallOptions {
  /** Calls it off. */
  signal?: AbortSignal;
  /** Milliseconds; 30 seconds if left out. */
  timeout?: number;
}

const TIMEOUT = 30_000;

/** A signal for one call, and why it was given, if it was. By hand: not every platform has `AbortSignal.any`. */
export function patience({ signal, timeout = TIMEOUT }: CallOptions = {}) {
  const controller = new AbortController();
  let reason: 'network' | 'timeout' | 'aborted' = 'network';
  const giveUp = (why: typeof reason) => () => {
    reason = why;
    controller.abort();
  };
  const callOff = giveUp('aborted');
  const timer = setTimeout(giveUp('timeout'), timeout);
  signal?.addEventListener('abort', callOff);
  if (signal?.aborted) callOff();
  return {
    signal: controller.signal,
    reason: () => reason,
    end: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', callOff);
    },
  };
}
