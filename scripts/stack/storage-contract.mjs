// @ts-check
// Where @supabase/lite's Storage speaks differently from the platform's and from supabase-js.

/** @typedef {{ mimetype?: string, cacheControl?: string }} Described */
/** @typedef {(bucket: string, name: string, described: Described) => Promise<void>} Describe */

/**
 * @param {Request} request @param {(request: Request) => Promise<Response>} next
 * @param {Describe} [describe] changes what an object says of itself
 */
export async function withStorageContract(request, next, describe = async () => {}) {
  const { pathname, searchParams } = new URL(request.url);
  const isPost = request.method === 'POST';
  if (isPost && pathname.startsWith('/storage/v1/object/list/')) return withBareNames(request, next);
  if (isPost && pathname === '/storage/v1/object/copy') return withDescribedCopy(request, next, describe);
  const response = await next(await withBareFile(request));
  if (!response.ok) return response;
  if (isPost && /^\/storage\/v1\/object\/(upload\/)?sign\//.test(`${pathname}/`)) return withSignedNames(response);
  const isSigned = request.method === 'GET' && pathname.startsWith('/storage/v1/object/sign/');
  return isSigned ? behindSignature(response, searchParams) : response;
}

/** A copy takes the type that the caller says; @supabase/lite leaves it that of the original. @param {Request} request @param {(request: Request) => Promise<Response>} next @param {Describe} describe */
async function withDescribedCopy(request, next, describe) {
  const asked = await request.clone().json().catch(() => ({}));
  const response = await next(request);
  if (!response.ok) return response;
  const { bucketId, destinationBucket = bucketId, destinationKey, copyMetadata = true, metadata = {} } = asked;
  if (!copyMetadata) await describe(destinationBucket, destinationKey, metadata);
  return Response.json({ Key: `${destinationBucket}/${destinationKey}` }, { headers: { 'access-control-allow-origin': '*' } });
}

/** An object may be kept as long as its signed address is good, whatever it says of itself. @param {Response} response @param {URLSearchParams} query */
function behindSignature(response, query) {
  const headers = new Headers(response.headers);
  const claims = Buffer.from((query.get('token') ?? '').split('.')[1] ?? '', 'base64url').toString();
  headers.delete('cache-control');
  headers.set('expires', new Date(JSON.parse(claims || '{"exp":0}').exp * 1000).toUTCString());
  const name = query.get('download');
  if (name !== null) {
    const encoded = encodeURIComponent(name);
    headers.set('content-disposition', `attachment;${name && ` filename=${encoded}; filename*=UTF-8''${encoded}`}`);
  }
  return new Response(response.body, { status: response.status, headers });
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
 * supabase-js sends a Blob as the form field with the empty name; @supabase/lite looks for "file". And the length that a
 * policy is told is that of the whole form.
 * @param {Request} request
 */
async function withBareFile(request) {
  if (!request.headers.get('content-type')?.startsWith('multipart/form-data')) return request;
  const length = request.headers.get('content-length');
  const form = await request.formData();
  const file = [...form.values()].find((value) => value instanceof Blob);
  const headers = new Headers(request.headers);
  for (const name of ['content-length', 'transfer-encoding']) headers.delete(name);
  headers.set('content-type', (file instanceof Blob && file.type) || 'application/octet-stream');
  headers.set('cache-control', `max-age=${form.get('cacheControl') ?? 3600}`);
  if (length !== null) headers.set('content-length', length);
  return new Request(request.url, { method: request.method, headers, body: file ?? null });
}
