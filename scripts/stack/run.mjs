// @ts-check
import { spawn } from 'node:child_process';

/**
 * Runs a program to its end and collects what it prints.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    // 'exit', not 'close': a server started by pg_ctl may keep the pipe open for ever.
    child.on('exit', (code) => setImmediate(() => resolve({ code: code ?? 1, output })));
  });
}

/** The last lines of a program's output, for an error message. @param {string} output */
export function tail(output, lines = 12) {
  return output.trim().split('\n').slice(-lines).join('\n');
}
