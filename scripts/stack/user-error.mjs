// @ts-check

/** A failure the reader can act on: shown as one sentence, without a stack trace. */
export class UserError extends Error {}

/** Ends a command: the sentence for a UserError, the whole trace for a defect. @param {unknown} error @returns {never} */
export function exitWith(error) {
  if (error instanceof UserError) console.error(`error: ${error.message}`);
  else console.error(error);
  process.exit(1);
}
