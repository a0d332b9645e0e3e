// @ts-check

// At once, and not when somebody asks: the page waits for the network before it does.
const token = new URLSearchParams(location.hash.slice(1)).get('token');
if (location.hash) history.replaceState(null, '', location.pathname);

/** The token of the link that led here. It has left the address bar and the history before anything else happened. */
export function takeToken() {
  return token;
}
