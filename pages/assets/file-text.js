// @ts-check
// The text of a file that somebody chose. An encoding is told by its mark, or it is UTF-8. No other is guessed: what
// Excel and Outlook write as "CSV" depends on the machine that wrote it, and a wrong guess garbles names without a word.

const LARGEST_BYTES = 1024 * 1024;
const AS_UTF8 = 'Save it as "CSV UTF-8", please.';

/** How files begin that are taken for text: zip (xlsx, ods), the older Office, PDF. @type {[number[], string][]} */
const OTHER_KINDS = [
  [[0x50, 0x4b, 0x03, 0x04], 'a workbook'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'a workbook'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF'],
];
/** @type {[number[], string][]} the marks of encodings */
const MARKS = [
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/**
 * @typedef {{ text: string, error: null, isGone: false } | { text: null, error: string, isGone: boolean }} FileText
 * `error`: why it cannot be read; `isGone`: since it is not any more what was chosen
 */

/** Reads it when it is used, so that what is sent is what the file has now. @param {File} file @returns {Promise<FileText>} */
export async function readText(file) {
  if (file.size > LARGEST_BYTES) return refuse('The file is larger than 1 MB. Is it a list of addresses?');
  try {
    return textOf(new Uint8Array(await file.arrayBuffer()));
  } catch {
    // Chromium refuses what was written to after it was chosen, others what has gone.
    return refuse('The file was changed or moved after you chose it. Please choose it again.', true);
  }
}

/** @param {Uint8Array} bytes @returns {FileText} */
export function textOf(bytes) {
  const kind = startingWith(OTHER_KINDS, bytes);
  if (kind) return refuse(`The file is ${kind}, not a list. ${AS_UTF8}`);
  const encoding = startingWith(MARKS, bytes) ?? 'utf-8';
  const text = decode(bytes, encoding);
  if (text === null && encoding === 'utf-8') return refuse(`The file is not text in UTF-8: line ${firstBrokenLine(bytes)} has other bytes. ${AS_UTF8}`);
  if (text === null || text.includes('\0')) return refuse(`The file is not text in UTF-8 or UTF-16. ${AS_UTF8}`);
  return { text, error: null, isGone: false };
}

/** @param {string} error @param {boolean} [isGone] @returns {FileText} */
const refuse = (error, isGone = false) => ({ text: null, error, isGone });

/** @param {[number[], string][]} kinds @param {Uint8Array} bytes */
const startingWith = (kinds, bytes) => kinds.find(([start]) => start.every((byte, i) => bytes[i] === byte))?.[1];

/** Without its mark; null where the bytes are something else. @param {Uint8Array} bytes @param {string} encoding */
function decode(bytes, encoding) {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The line, from 1, that is not UTF-8: no character of it has a byte of another. @param {Uint8Array} bytes */
function firstBrokenLine(bytes) {
  for (let line = 1, start = 0; start < bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, start) + 1 || bytes.length;
    if (decode(bytes.subarray(start, end), 'utf-8') === null) return line;
    start = end;
  }
  return 1;
}
