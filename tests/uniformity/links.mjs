// @ts-check
// Does the time of an answer tell who has an account?

import { prepare, rest } from './classes.mjs';
import { report } from './report.mjs';
import { again, alone, beside, watch } from './trials.mjs';

/** Some of the classes. @param {Record<string, string[]>} addresses @param {string[]} names */
const pick = (addresses, ...names) => Object.fromEntries(names.map((name) => [name, addresses[name]]));

/** @param {number} each */
export async function links(each) {
  // Fresh functions, compiled code, warm caches.
  await alone(await prepare(10));
  await rest();
  console.log(report('One request for an address', await alone(await prepare(each))));
  for (const [title, trials, count] of /** @type {const} */ ([
    ['A second request for the same address, up to 40 ms after the first', again, each],
    ['A request for an address of nobody, up to 40 ms after one of the class', beside, each],
    ['Requests for addresses of nobody, for 3.5 s after one of the class: their mean', watch, Math.ceil(each / 10)],
  ])) {
    await rest();
    const addresses = await prepare(count);
    console.log(`\n${report(title, await trials(pick(addresses, 'known, confirmed', 'known, cooling down', 'unknown')))}`);
  }
}
