// @ts-check

/** A failure the reader can act on: shown as one sentence, without a stack trace. */
export class UserError extends Error {}

/** What the system refused, in words. */
const REASONS = new Map([
  ['EACCES', 'this user may not'], ['EPERM', 'this user may not'], ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'], ['EDQUOT', 'the disk quota is used up'], ['ENOENT', 'the folder above it is missing or read-only'], ['ENOTDIR', 'a part of the path is no folder'], ['EEXIST', 'a file is there already'],
]);

/** One sentence for what the reader can act on; null for a defect. @param {any} error @returns {string | null} */
export function sentenceOf(error) {
  if (error instanceof UserError) return error.message;
  const reason = REASONS.get(error?.code);
  if (!reason || !error.path) return null;
  const action = { mkdir: 'made', scandir: 'listed', rm: 'removed', unlink: 'removed', chown: 'given away' }[/** @type {string} */ (error.syscall)] ?? 'opened or written';
  return `${error.path} cannot be ${action}: ${reason}.`;
}

/** Ends a command: the sentence for what the reader can act on, the whole trace for a defect. @param {unknown} error @returns {never} */
export function exitWith(error) {
  const sentence = sentenceOf(error);
  console.error(sentence ? `error: ${sentence}` : error);
  process.exit(1);
}
