// @ts-check
// A calendar that comes with a mail. Resend looks into no attachment, and mail programs overlook one that is wrong: here
// that would be a fault of ours which nobody sees.

const TYPE = /^text\/calendar;\s*method=([A-Z]+);\s*charset=utf-8$/i;
const WIDTH = 75;

/** What is wrong with an attachment that is a calendar, by RFC 5545 and 5546. @param {string} type @param {string} content in Base64 @returns {string | null} */
export function calendarFault(type, content) {
  if (!/^text\/calendar\b/i.test(type)) return null;
  const method = TYPE.exec(type)?.[1];
  if (!method) return 'its type names no method and charset';
  const bytes = Buffer.from(content, 'base64');
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) return 'it is no UTF-8';
  const lines = text.split('\r\n');
  if (lines.pop() !== '' || lines.some((line) => /[\r\n]/.test(line))) return 'its lines end otherwise';
  if (lines.some((line) => Buffer.byteLength(line) > WIDTH)) return 'it has a line that is too long';
  if (lines[0] !== 'BEGIN:VCALENDAR' || lines.at(-1) !== 'END:VCALENDAR') return 'it is no calendar';
  return lines.includes(`METHOD:${method}`) ? null : 'its method is not the one of its type';
}
