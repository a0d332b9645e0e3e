// @ts-check

/** When to come back, in words. @param {number | null} seconds */
export function waiting(seconds) {
  if (!seconds) return 'in a moment';
  return seconds < 90 ? `in ${seconds} seconds` : `in ${Math.ceil(seconds / 60)} minutes`;
}
