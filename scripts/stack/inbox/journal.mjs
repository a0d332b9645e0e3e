// @ts-check
// What the mailbox keeps, a line of JSON each, in two files: when the newer one is full, the older one is dropped and the
// newer takes its place. A line is written before its request is answered, so a process that is killed loses nothing.
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

export class Journal {
  /** @type {number | null} */
  #file = null;
  #newer;
  #older;
  /** Of the newer file. */
  bytes = 0;

  /** @param {string} folder */
  constructor(folder) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#newer = path.join(folder, 'mails.jsonl');
    this.#older = `${this.#newer}.1`;
  }

  /** What each file holds, the older first. @returns {unknown[][]} */
  read() {
    return [this.#older, this.#newer].map((file) => linesOf(file).flatMap(parsed));
  }

  /** Throws where the disk is full, and then leaves no half of it. @param {unknown} entry */
  append(entry) {
    const file = this.#open();
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    try {
      for (let done = 0; done < line.length; ) done += writeSync(file, line, done);
    } catch (error) {
      ftruncateSync(file, this.bytes);
      throw error;
    }
    this.bytes += line.length;
  }

  /** The newer file becomes the older one. */
  rotate() {
    this.close();
    renameSync(this.#newer, this.#older);
  }

  clear() {
    this.close();
    for (const file of [this.#newer, this.#older]) rmSync(file, { force: true });
  }

  close() {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    this.bytes = 0;
  }

  /** @returns {number} */
  #open() {
    if (this.#file !== null) return this.#file;
    this.#file = openSync(this.#newer, 'a', 0o600);
    this.bytes = fstatSync(this.#file).size;
    // Half a line, of a machine that went down, stays alone.
    if (this.bytes > 0 && !readFileSync(this.#newer).subarray(-1).equals(Buffer.from('\n'))) this.bytes += writeSync(this.#file, '\n');
    return this.#file;
  }
}

/** @param {string} file */
function linesOf(file) {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return [];
    throw error;
  }
}

/** @param {string} line */
function parsed(line) {
  try {
    return line ? [JSON.parse(line)] : [];
  } catch {
    return [];
  }
}
