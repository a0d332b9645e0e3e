// @ts-check
// A Merkle tree (RFC 9162, 2.1) of which only the right edge is held.
import { createHash } from 'node:crypto';

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** @param {string} leaf */
export const leafHash = (leaf) => createHash('sha256').update(LEAF).update(leaf).digest();

/** @param {Buffer} left @param {Buffer} right */
const nodeHash = (left, right) => createHash('sha256').update(NODE).update(left).update(right).digest();

export class Tree {
  size = 0;
  /** Roots of full subtrees, largest first. @type {Buffer[]} */
  #peaks = [];
  /** By level and number, the nodes of every eighth level: tiles of C2SP (tlog-tiles). @type {Map<string, string>} */
  nodes = new Map();

  /** @param {Buffer} hash of a leaf */
  push(hash) {
    for (let height = 1, rest = this.size; rest % 2 === 1; height += 1, rest = Math.floor(rest / 2)) {
      hash = nodeHash(/** @type {Buffer} */ (this.#peaks.pop()), hash);
      if (height % 8 === 0) this.nodes.set(`${height / 8}/${Math.floor(rest / 2)}`, hash.toString('hex'));
    }
    this.#peaks.push(hash);
    this.size += 1;
  }

  root() {
    if (this.size === 0) return createHash('sha256').digest('hex');
    return this.#peaks.reduceRight((right, left) => nodeHash(left, right)).toString('hex');
  }
}

/**
 * The root that an inclusion path leads to (RFC 9162, 2.1.3.2), in hex; null where the path is none of such a tree.
 * @param {number} index @param {number} size @param {Buffer} hash of the leaf @param {Buffer[]} path
 */
export function rootOf(index, size, hash, path) {
  let [node, last, at] = [index, size - 1, hash];
  if (!(index >= 0 && index < size)) return null;
  for (const beside of path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      at = nodeHash(beside, at);
      // The last node of a level that has no other half moves up as it is.
      while (node % 2 === 0 && node > 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else {
      at = nodeHash(at, beside);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? at.toString('hex') : null;
}
