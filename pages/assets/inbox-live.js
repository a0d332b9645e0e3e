// @ts-check
// Hears of changes while somebody looks: a browser has few connections to one server, and each open page would hold one.

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 15_000;

/** @param {string} place @param {{ onChange: () => unknown, onState: (isLive: boolean) => unknown }} listener */
export function listen(place, { onChange, onState }) {
  let ear = /** @type {EventSource | null} */ (null);
  let pause = FIRST_PAUSE;
  let timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  const open = () => {
    if (ear || document.hidden) return;
    ear = new EventSource(place);
    ear.addEventListener('open', () => {
      pause = FIRST_PAUSE;
      onState(true);
    });
    ear.addEventListener('message', onChange);
    // The browser itself tries for ever at one pace, or, refused once, never again.
    ear.addEventListener('error', () => {
      close();
      onState(false);
      timer = setTimeout(open, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    });
  };
  const close = () => {
    clearTimeout(timer);
    ear?.close();
    ear = null;
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  // A page that is left and come back to is as it was left.
  addEventListener('pagehide', close);
  addEventListener('pageshow', open);
  open();
}
