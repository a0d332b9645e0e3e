// @ts-check
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { createForwarder } from './functions/forward.mjs';

const ANSWER = '{"code":"body_too_large"}';
const HEAD = `HTTP/1.1 413 Payload Too Large\r\nContent-Length: ${ANSWER.length}\r\nConnection: close\r\n\r\n`;
const MEBIBYTE = 1024 * 1024;

// A function in a thread of its own, as it has a process of its own. It says its part when the
// first bytes come, and soon after closes on what it has not read, which the other side sees as a reset.
const FUNCTION = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:net').createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.pause().write(workerData, () => setTimeout(() => socket.resetAndDestroy(), 20)));
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/** A gateway before such a function. @param {import('node:test').TestContext} t @param {string} said @returns {Promise<number>} its port */
async function gatewayBefore(t, said) {
  const worker = new Worker(FUNCTION, { eval: true, workerData: said });
  const port = await new Promise((resolve) => worker.once('message', resolve));
  const agent = new http.Agent({ keepAlive: true });
  const forward = createForwarder(agent);
  const gateway = http.createServer((incoming, outgoing) => {
    forward(incoming, outgoing, { port, path: '/f', headers: incoming.headers });
  });
  t.after(async () => {
    agent.destroy();
    gateway.closeAllConnections();
    gateway.close();
    await worker.terminate();
  });
  return new Promise((resolve) => {
    gateway.listen(0, '127.0.0.1', () => resolve(/** @type {net.AddressInfo} */ (gateway.address()).port));
  });
}

/** A sender that reads only when all is written, as many do. @param {number} port @param {number} size @returns {Promise<string>} */
function send(port, size) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1').on('error', reject);
    socket.write(`POST /f HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${size}\r\n\r\n`);
    socket.write(Buffer.alloc(size), () => {
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk) => (text += chunk)).on('end', () => resolve(text));
    });
  });
}

test('a function that answers before it has read everything is heard', async (t) => {
  const port = await gatewayBefore(t, HEAD + ANSWER);
  for (let i = 0; i < 10; i += 1) {
    const answer = await send(port, 4 * MEBIBYTE);
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.ok(answer.endsWith(ANSWER), answer);
  }
});

test('a sender that never ends is cut off', async (t) => {
  const port = await gatewayBefore(t, HEAD + ANSWER);
  await assert.rejects(send(port, 64 * MEBIBYTE), { code: /^(ECONNRESET|EPIPE)$/ });
});

test('a function that dies before it answers is a 502', async (t) => {
  const port = await gatewayBefore(t, '');
  assert.match(await send(port, 10), /^HTTP\/1\.1 502 .*"WORKER_ERROR"/s);
});

test('an answer that is cut short is not passed off as whole', async (t) => {
  const port = await gatewayBefore(t, HEAD + ANSWER.slice(0, 5));
  const answer = await send(port, 10).catch(() => '');
  assert.ok(!answer.endsWith(ANSWER), answer);
});
