// @ts-check
// A service's own command, from the stack's start to its end.
import { spawn } from 'node:child_process';
import { diesWithParent } from '../functions/process.mjs';
import { append } from '../logs.mjs';
import { tail } from '../run.mjs';
import { projectRoot } from '../settings.mjs';

const STOP_WITHIN = 10_000;
const KEPT = 10_000;

/** @param {import('./services.mjs').RealService} service @param {Record<string, string>} values @param {string} logFile */
export function startCommand({ command }, values, logFile) {
  const [program, args] = diesWithParent('/bin/sh', ['-c', command ?? '']);
  // A group of its own: the shell's children end with it, and Ctrl-C reaches them through the stack alone.
  const child = spawn(program, args, { cwd: projectRoot, env: { ...process.env, ...values }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  /** @type {string | null} */
  let end = null;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-KEPT);
      append(logFile, chunk);
    });
  }
  const gone = /** @type {Promise<string>} */ (new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => setTimeout(resolve, 50, signal ?? `code ${code}`));
  })).then((how) => {
    end = [tail(output), `(${how}; ${logFile} has it all)`].filter(Boolean).join('\n');
    return how;
  });

  async function stop() {
    if (end !== null) return;
    signalGroup(child, 'SIGTERM');
    const hard = setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_WITHIN);
    await gone;
    clearTimeout(hard);
  }

  return { stop, ended: gone, lastWords: () => end };
}

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal */
function signalGroup(child, signal) {
  try {
    if (child.pid) process.kill(-child.pid, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}
