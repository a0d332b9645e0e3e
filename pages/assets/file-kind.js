// @ts-check
// The kind of a file, told by its content as specialist-verify tells it (crates/core/src/documents/file.rs): a browser
// goes by the name alone.

/** In how many bytes readers look for the header of a PDF. */
const LOOKED_AT = 1024;
const PDF_HEADER = '%PDF-';
/** @type {[string, string][]} how images begin, a character for each byte */
const IMAGES = [['image/jpeg', '\xff\xd8\xff'], ['image/png', '\x89PNG\r\n\x1a\n']];

/** The type of a file, of those that are taken; empty for any other. @param {Uint8Array} bytes */
export function kindOf(bytes) {
  const beginning = String.fromCharCode(...bytes.subarray(0, LOOKED_AT));
  const image = IMAGES.find(([, signature]) => beginning.startsWith(signature));
  return image?.[0] ?? (beginning.includes(PDF_HEADER) ? 'application/pdf' : '');
}
