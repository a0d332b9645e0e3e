// @ts-check
/** Fills the queue, lets dispatchers empty it into a sink, and tells what that took. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { environment, root } from '../../end-to-end/platform/environment.mjs';
import { Dispatcher } from '../../faults/dispatch/dispatcher.mjs';
import { Laboratory } from '../../faults/dispatch/laboratory.mjs';
import { PARTS, processorTimes, since } from './processors.mjs';

/** The isolates, caches and plans of a dispatcher are warm after so many. */
const WARM_UP = 3_000;

/** @param {number} count of mails @param {number[]} rounds how many dispatchers each has */
export async function measure(count, rounds) {
  const laboratory = await new Laboratory().open();
  const sink = await startSink();
  console.log(`\nmicroseconds of processor per mail\n${['dispatchers', 'mails/s', ...Object.keys(PARTS)].map((name) => name.padStart(12)).join('')}`);
  try {
    for (const dispatchers of rounds) {
      await laboratory.reset();
      console.log(row(await round(laboratory, sink.url, count, dispatchers)));
    }
    const taken = await (await fetch(`${sink.url}/count`)).json();
    const all = rounds.length * (WARM_UP + count);
    if (taken.mails !== all || taken.doubles !== 0) throw new Error(`the sink has taken ${taken.mails} of ${all} mails, ${taken.doubles} of them again`);
  } finally {
    sink.process.kill();
    await laboratory.close();
  }
}

/** @param {Laboratory} laboratory @param {string} sinkUrl @param {number} count @param {number} dispatchers */
async function round(laboratory, sinkUrl, count, dispatchers) {
  const all = await Promise.all(Array.from({ length: dispatchers }, () => Dispatcher.start(environment.url, sinkUrl)));
  try {
    await laboratory.enqueue(WARM_UP);
    await Promise.all(all.map((one) => empty(one)));
    await laboratory.enqueue(count);
    const [before, start] = [processorTimes(), performance.now()];
    const sent = (await Promise.all(all.map((one) => empty(one)))).reduce((sum, one) => sum + one, 0);
    const seconds = (performance.now() - start) / 1000;
    if (sent !== count) throw new Error(`${sent} of ${count} mails were sent`);
    return { dispatchers, perSecond: count / seconds, parts: since(before).map((taken) => (taken / count) * 1e6) };
  } finally {
    await Promise.all(all.map((one) => one.kill()));
  }
}

/** Runs it until nothing is left, as pg_cron does. @param {Dispatcher} dispatcher @returns {Promise<number>} the mails that it sent */
async function empty(dispatcher) {
  for (let sent = 0; ; ) {
    const report = await dispatcher.dispatch();
    sent += report.sent;
    if (report.claimed === 0 && report.remaining === 0) return sent;
  }
}

/** In a process of its own, as Resend is. */
async function startSink() {
  const child = spawn(process.execPath, [path.join(root, 'tests/bench/mails/sink.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return { process: child, url };
}

/** @param {{ dispatchers: number, perSecond: number, parts: number[] }} figures */
function row({ dispatchers, perSecond, parts }) {
  return [String(dispatchers), perSecond.toFixed(0), ...parts.map((taken) => taken.toFixed(1))].map((text) => text.padStart(12)).join('');
}
