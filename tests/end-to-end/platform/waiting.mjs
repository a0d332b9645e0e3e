// @ts-check

/**
 * Asks until there is an answer.
 * @template T
 * @param {string} what for the message when there is none in time
 * @param {() => Promise<T | null | undefined | false> | T | null | undefined | false} ask
 * @param {number} [seconds]
 * @returns {Promise<T>}
 */
export async function eventually(what, ask, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  for (let pause = 20; ; pause = Math.min(pause * 1.5, 400)) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
