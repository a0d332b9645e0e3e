// @ts-check
// PostgreSQL as a part of the stack: it is not a child of ours, and outlives a supervisor that was killed.
import { serverPid, startCluster, stopCluster } from './cluster.mjs';

const LOOK_EVERY = 200;

/**
 * Takes the server that runs, or starts one.
 * @param {import('./cluster.mjs').Cluster} cluster @param {number} port
 * @returns {Promise<import('./keep-alive.mjs').Running>}
 */
export async function startDatabase(cluster, port) {
  if (!(await serverPid(cluster))) await startCluster(cluster, port);
  const ended = /** @type {Promise<string>} */ (new Promise((resolve) => {
    const timer = setInterval(async () => {
      if (await serverPid(cluster)) return;
      clearInterval(timer);
      resolve(`see ${cluster.log}`);
    }, LOOK_EVERY);
  }));
  return { ended, stop: () => stopCluster(cluster) };
}
