/**
 * Reads a stream of the network piece by piece, into a buffer that is ours.
 *
 * Left to itself the runtime makes one of 64 KiB for each read, however little comes: a sender that
 * drips would cost that for every byte, and one that never sends, for as long as it is waited for.
 */

export const PIECE = 8 << 10;

export class Pieces {
  private readonly reader: ReadableStreamBYOBReader;
  private scratch = new Uint8Array(PIECE);

  constructor(stream: ReadableStream<Uint8Array>) {
    this.reader = stream.getReader({ mode: 'byob' });
  }

  /** Good until the next; `undefined` at the end. */
  async next(): Promise<Uint8Array | undefined> {
    const { done, value } = await this.reader.read(this.scratch);
    // A read takes the buffer away and gives it back.
    if (value !== undefined) this.scratch = new Uint8Array(value.buffer);
    return done ? undefined : value;
  }

  cancel(): Promise<void> {
    return this.reader.cancel();
  }
}

/** What has come, with room for `least`: as a rule for twice as much as before, up to `most`. */
export function grown(buffer: Uint8Array, least: number, most: number): Uint8Array {
  const larger = new Uint8Array(Math.max(least, Math.min(2 * buffer.length, most)));
  larger.set(buffer);
  return larger;
}
