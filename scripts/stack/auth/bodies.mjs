// @ts-check
// What a call of Auth says, and its answer with more in it.

/** What is no object says nothing. @param {string} text @returns {Record<string, unknown>} */
export function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** @param {Response} response @param {unknown} body */
export function withBody(response, body) {
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  return new Response(JSON.stringify(body), { status: response.status, headers });
}
