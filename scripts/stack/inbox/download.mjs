// @ts-check
// Files that a browser keeps and does not open, under a name that is only a name: whoever wrote a mail may have chosen it.

const LENGTH = 80;

/** @param {string} text @param {string} otherwise where nothing is left of it @param {string} ending */
export function fileName(text, otherwise, ending) {
  const name = text.normalize('NFKD').replace(/\p{M}/gu, '').replace(/[^A-Za-z0-9]+/g, '-').slice(0, LENGTH).replace(/^-|-$/g, '').toLowerCase();
  return (name || otherwise) + ending;
}

/** @param {string} name @param {string} [type] */
export function downloadHeaders(name, type = 'application/octet-stream') {
  // No folder, no control, nothing that reorders what is read; and not so long that a file system refuses it.
  const plain = name.replace(/[\\/:*?"<>|]|\p{Cc}|\p{Cf}|\p{Cs}/gu, '_').replace(/^\.+/, '_').slice(-LENGTH).trim() || 'file';
  const encoded = encodeURIComponent(plain).replace(/['()*!]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  return {
    'content-type': type,
    'content-disposition': `attachment; filename="${plain.replace(/[^\x20-\x7e]/g, '_')}"; filename*=UTF-8''${encoded}`,
    'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
}
