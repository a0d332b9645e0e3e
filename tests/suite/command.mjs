// @ts-check

import { spawn } from 'node:child_process';

/** @typedef {{ code: number, output: string }} Outcome */

/** Processes under way, so that an interrupted run leaves none behind. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** After which a command hangs, as one takes it: five times what the longest needs, for a machine with busy neighbours. */
const MINUTES = 30;

/**
 * Runs a command in the project's root, shows its output as it comes unless it is to be quiet, and keeps it.
 * @param {string} command @param {string[]} args
 * @param {{ env?: Record<string, string>, cwd?: string, minutes?: number, quiet?: boolean }} [options]
 * @returns {Promise<Outcome>}
 */
export function run(command, args, { env = {}, cwd, minutes = MINUTES, quiet = false } = {}) {
  return new Promise((resolve) => {
    // A group of its own, so that a timeout ends what the command started too.
    const child = spawn(command, args, {
      cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    running.add(child);
    let output = '';
    /** @param {string} text */
    const show = (text) => {
      output += text;
      if (!quiet) process.stdout.write(text);
    };
    child.stdout.setEncoding('utf8').on('data', show);
    child.stderr.setEncoding('utf8').on('data', show);
    const timer = setTimeout(() => {
      show(`\n${command} took more than ${minutes} minutes and was ended\n`);
      end(child);
    }, minutes * 60_000);
    const finish = (/** @type {number} */ code) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, output });
    };
    child.on('error', (error) => {
      show(`${command}: ${error.message}\n`);
      finish(127);
    });
    // 'exit', not 'close': a server that the command left running may keep the pipe open.
    child.on('exit', (code, signal) => setTimeout(finish, 100, code ?? (signal ? 128 : 1)));
  });
}

export function endAll() {
  for (const child of running) end(child);
}

const GRACE_MILLISECONDS = 10_000;

/** @param {import('node:child_process').ChildProcess} child */
function end(child) {
  signalGroup(child, 'SIGTERM');
  setTimeout(() => running.has(child) && signalGroup(child, 'SIGKILL'), GRACE_MILLISECONDS).unref();
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal */
function signalGroup(child, signal) {
  try {
    if (child.pid) process.kill(-child.pid, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}
