// @ts-check
import { pagePath, tokenIn } from './token.js';

// At once, and not when somebody asks: the page waits for the network before it does.
const token = tokenIn(location.href);
if (token || location.hash) history.replaceState(null, '', pagePath(location.pathname));
// Another link, pasted into this very tab: a browser loads nothing for it.
addEventListener('hashchange', () => tokenIn(location.href) && location.reload());

/** The token of the link that led here. It has left the address bar and the history before anything else happened. */
export function takeToken() {
  return token;
}
