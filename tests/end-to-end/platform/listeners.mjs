// @ts-check
// Which ports the running stack listens on, as the kernel has it.

import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { environment } from './environment.mjs';
import { processesOfStack } from './processes.mjs';

/** @typedef {{ address: string, port: number }} Listener */

const LISTEN = '0A';

/** Every listening TCP socket of the stack's processes, and its database. @returns {Listener[]} */
export function stackListeners() {
  const inodes = new Set(processesOfStack().flatMap(socketsOf));
  const databasePort = Number(new URL(environment.databaseUrl).port);
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN)
    .map((fields) => ({ ...place(fields[1]), inode: fields[9] }))
    .filter(({ port, inode }) => inodes.has(inode) || port === databasePort);
}

/** @param {string} text such as "0100007F:D431" @returns {Listener} */
function place(text) {
  const [address, port] = text.split(':');
  const words = address.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => [...Buffer.from(word, 'hex').reverse()]);
  const name = bytes.length === 4 ? bytes.join('.') : Buffer.from(bytes).toString('hex').replace(/^0{31}1$/, '::1');
  return { address: name, port: parseInt(port, 16) };
}

/** The inodes of a process's sockets. @param {number} pid */
function socketsOf(pid) {
  const folder = `/proc/${pid}/fd`;
  const links = readdirSync(folder).map((name) => {
    try {
      return readlinkSync(path.join(folder, name));
    } catch {
      return ''; // Closed meanwhile.
    }
  });
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}
