// @ts-check

/** The token of the link that led here. It leaves the address bar and the history before anything else happens. */
export function takeToken() {
  const found = new URLSearchParams(location.hash.slice(1)).get('token');
  if (location.hash) history.replaceState(null, '', location.pathname);
  return found;
}
