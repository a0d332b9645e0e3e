/**
 * The body of a request: read when the module asks for it, up to the limit of its route, and within
 * a time.
 *
 * Nobody announces how slow they will be. So what all requests of an isolate hold together is
 * bounded as well, and where room is short, whoever has been sending longest is let go: a body that
 * comes at once does not wait for one that never does.
 */

import { Deadline } from './deadline.ts';
import { grown, PIECE, Pieces } from './pieces.ts';
import { NOTHING } from './upstream.ts';

/** Of all requests in flight together, in bytes. */
const HELD_LIMIT = 16 << 20;
/** A declared length up to which a body is read by one call: that is quicker, and holds all of it from the start. */
const AT_ONCE = 8 << 10;
/** How much of a body that nobody wants is read all the same, and for how long. */
const DISCARD_LIMIT = 1 << 20;
const DISCARD_MS = 5_000;
/** How long somebody may go on sending who was stopped. */
const LINGER_MS = 500;

/** What became of a body, as the status of a reply. */
const READ = 200;
const GONE = 0;
const LATE = 408;
const TOO_LARGE = 413;
const CROWDED = 503;

/** Takes what became of a body, and the bytes if they came. */
export type Settle = (status: number, text: string, bytes: Uint8Array) => void;

/** The bodies of one isolate. */
export class Bodies {
  private held = 0;
  /** Those that are being read, in the order in which they began. */
  private readonly reading: Deadline<Body>;

  constructor(sendingMs: number, private readonly heldLimit = HELD_LIMIT) {
    this.reading = new Deadline(sendingMs, (late) => late.stop(LATE));
  }

  of(request: Request): Body {
    return new Body(request, this);
  }

  begin(body: Body) {
    this.reading.begin(body);
  }

  end(body: Body) {
    this.reading.end(body);
  }

  /** Makes room. False where it is the body itself that has to go. */
  take(body: Body, bytes: number): boolean {
    if (this.held + bytes > this.heldLimit) this.makeRoom(body, bytes);
    if (this.held + bytes > this.heldLimit) return false;
    this.held += bytes;
    return true;
  }

  give(bytes: number) {
    this.held -= bytes;
  }

  private makeRoom(body: Body, bytes: number) {
    for (const oldest of this.reading.underWay()) {
      if (this.held + bytes <= this.heldLimit || oldest === body) return;
      oldest.stop(CROWDED);
    }
  }
}

export class Body {
  private readonly declared?: number;
  /** Whether more may come. */
  private open: boolean;
  private stopped = false;
  private settle?: Settle;
  private pieces?: Pieces;
  /** What is being read: the runtime has no way to call it off. */
  private pending?: Promise<unknown>;
  /** What has come, and room for more. */
  private buffer = NOTHING;
  /** What it was given of what all may hold. */
  private held = 0;

  constructor(private readonly request: Request, private readonly bodies: Bodies) {
    const length = request.headers.get('content-length');
    if (length !== null) this.declared = Number(length);
    this.open = length === null ? request.headers.has('transfer-encoding') : length !== '0';
  }

  /** Whether the sender has nothing left to send. */
  get over(): boolean {
    return !this.open;
  }

  /** By a callback: a promise for each request takes longer than the rest of this. */
  read(limit: number, settle: Settle) {
    this.settle = settle;
    if (this.declared !== undefined && this.declared > limit) return this.end(TOO_LARGE);
    this.bodies.begin(this);
    if (this.declared !== undefined && this.declared <= AT_ONCE) this.readAtOnce(this.declared);
    else this.readInPieces(limit).catch(() => this.end(GONE));
  }

  /** Lets go of what has come, and of whoever sends it. */
  stop(status: number) {
    this.stopped = true;
    this.release();
    this.end(status);
  }

  /** Once the request has its answer, nobody waits for the rest. */
  leave() {
    if (this.settle === undefined) this.release();
    else this.stop(LATE);
  }

  /**
   * Reads on and throws away, for a while: many a sender reads its answer only when it has written
   * everything, and one that is cut off while it writes never sees it. Answers whether it has ended.
   */
  async discard(): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, this.stopped ? LINGER_MS : DISCARD_MS)));
    await Promise.race([this.drain(), late]);
    clearTimeout(timer);
    return this.over;
  }

  private end(status: number, bytes = NOTHING) {
    const { settle } = this;
    if (settle === undefined) return;
    this.settle = undefined;
    this.bodies.end(this);
    if (status === READ) settle(status, '', bytes);
    // The module may be on the stack: it asked just now, or its request made room for itself.
    else queueMicrotask(() => settle(status, '', NOTHING));
  }

  private release() {
    this.bodies.give(this.held);
    this.held = 0;
    this.buffer = NOTHING;
  }

  /** Whether it may go on: it may have been stopped meanwhile, and by this very attempt. */
  private hold(bytes: number): boolean {
    if (this.bodies.take(this, bytes)) this.held += bytes;
    else this.stop(CROWDED);
    return !this.stopped;
  }

  /** The HTTP server sees to it that no more comes than was declared. */
  private readAtOnce(length: number) {
    if (!this.hold(length)) return;
    this.pending = this.request.bytes().then((bytes) => {
      this.open = false;
      this.end(READ, bytes);
    }, () => {
      this.open = false;
      this.end(GONE);
    });
  }

  private async readInPieces(limit: number) {
    if (!this.hold(PIECE)) return;
    for (let length = 0;;) {
      const piece = await this.piece();
      if (this.stopped) return;
      if (piece === undefined) return this.end(READ, this.buffer.subarray(0, length));
      const longer = length + piece.length;
      if (longer > limit) return this.end(TOO_LARGE);
      if (longer > this.buffer.length && !this.grow(longer, this.declared ?? limit)) return;
      this.buffer.set(piece, length);
      length = longer;
    }
  }

  private grow(least: number, most: number): boolean {
    const larger = grown(this.buffer, least, most);
    if (!this.hold(larger.length - this.buffer.length)) return false;
    this.buffer = larger;
    return true;
  }

  /** `undefined` at the end. */
  private async piece(): Promise<Uint8Array | undefined> {
    if (this.request.body !== null) this.pieces ??= new Pieces(this.request.body);
    const next = this.pieces?.next();
    this.pending = next;
    const piece = await next;
    this.open = piece !== undefined;
    return piece;
  }

  private async drain() {
    try {
      await this.pending;
      for (let read = 0; this.open && read < DISCARD_LIMIT;) read += (await this.piece())?.length ?? 0;
    } catch {
      // Whoever sent it is gone.
      this.open = false;
    }
  }
}
