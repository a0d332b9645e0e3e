// @ts-check
// Where @supabase/lite's Storage speaks differently from the platform's and from supabase-js.

/** @param {Request} request @param {(request: Request) => Promise<Response>} next */
export async function withStorageContract(request, next) {
  if (request.method === 'POST' && /\/storage\/v1\/object\/list\//.test(request.url)) return withBareNames(request, next);
  const response = await next(await withNamedFile(request));
  const signs = request.method === 'POST' && /\/storage\/v1\/object\/(upload\/)?sign\//.test(`${request.url}/`);
  return signs && response.ok ? withSignedNames(response) : response;
}

/** Names below the folder that was asked for; @supabase/lite answers whole paths. @param {Request} request @param {(request: Request) => Promise<Response>} next */
async function withBareNames(request, next) {
  const { prefix = '' } = await request.clone().json().catch(() => ({}));
  const folder = prefix === '' ? '' : `${prefix.replace(/\/+$/, '')}/`;
  const response = await next(request);
  if (!response.ok) return response;
  const items = await response.json();
  const bare = items.map((/** @type {{ name: string }} */ item) => ({
    ...item,
    name: item.name.startsWith(folder) ? item.name.slice(folder.length) : item.name,
  }));
  return Response.json(bare, { headers: { 'access-control-allow-origin': '*' } });
}

/** `signedURL` (`url` for uploads), relative to the service. @param {Response} response */
async function withSignedNames(response) {
  const relative = (/** @type {string} */ url) => url.replace(/^\/storage\/v1/, '');
  const rename = (/** @type {any} */ { signedUrl, ...rest }) =>
    rest.token ? { ...rest, url: relative(signedUrl) } : { ...rest, signedURL: signedUrl ? relative(signedUrl) : null };
  const body = await response.json();
  return Response.json(Array.isArray(body) ? body.map(rename) : rename(body), {
    headers: { 'access-control-allow-origin': '*' },
  });
}

/**
 * supabase-js sends a file as the form field with the empty name; @supabase/lite looks for "file".
 * @param {Request} request
 */
async function withNamedFile(request) {
  if (!request.headers.get('content-type')?.startsWith('multipart/form-data')) return request;
  const form = await request.formData();
  const file = form.get('');
  if (file && !form.has('file')) {
    form.delete('');
    form.set('file', file);
  }
  return new Request(request.url, { method: request.method, headers: bare(request.headers), body: form });
}

/** Without what describes the old encoding of the body. @param {Headers} headers */
function bare(headers) {
  const kept = new Headers(headers);
  for (const name of ['content-type', 'content-length', 'transfer-encoding']) kept.delete(name);
  return kept;
}
