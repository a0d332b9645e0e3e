// @ts-check
import net from 'node:net';
import { UserError } from './user-error.mjs';

/** Whether something listens on a loopback port already. @param {number} port @returns {Promise<boolean>} */
export function isBusy(port) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(true));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(false)));
  });
}

/** @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = /** @type {net.AddressInfo} */ (probe.address());
      probe.close(() => resolve(address.port));
    });
  });
}

/** Waits until a server accepts connections. @param {number} port @param {number} milliseconds */
export async function waitForPort(port, milliseconds) {
  const end = Date.now() + milliseconds;
  while (Date.now() < end) {
    if (await accepts(port)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

/** @param {number} port @returns {Promise<boolean>} */
function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

/** @param {[port: number, use: string][]} wanted */
export async function assertFree(wanted) {
  for (const [port, use] of wanted) if (await isBusy(port)) throw busy(port, use);
}

/** @param {number} port @param {string} use */
export function busy(port, use) {
  return new UserError(`Port ${port}, wanted for ${use}, is in use by another program; end it, or start with STACK_PORT_BASE set to another port.`);
}
