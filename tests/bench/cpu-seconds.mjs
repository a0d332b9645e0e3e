// @ts-check
import { readFileSync } from 'node:fs';

/** What a process and its threads have used so far, by the kernel's count of hundredths. */
export function cpuSeconds(/** @type {number | string | undefined} */ pid) {
  // After the name, which may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
