/** What a module asks of the network: one call, one promise, everything in it. */

import { Deadline } from './deadline.ts';
import { grown, Pieces } from './pieces.ts';

export interface Reply {
  status: number;
  /** The values of the wanted headers, a line each, empty where there is none. */
  headers: string;
  body: Uint8Array;
}

/** Rejects with `timeout`, `too_large`, or the name of another failure; never with an address. */
export async function fetchUpstream(
  head: string,
  body: Uint8Array | undefined,
  timeoutMs: number,
  wantedHeaders: string,
  answerLimit: number,
): Promise<Reply> {
  const deadline = deadlineOf(timeoutMs);
  const call = new AbortController();
  deadline.begin(call);
  try {
    const { method, url, headers } = parse(head);
    const response = await fetch(url, {
      method,
      headers,
      // A redirect would carry the credentials to wherever it points.
      redirect: 'error',
      signal: call.signal,
      // A view of wasm memory; `fetch` copies it before it returns.
      body,
    });
    return {
      status: response.status,
      headers: wantedValues(response, wantedHeaders),
      body: await readAnswer(response, answerLimit),
    };
  } catch (error) {
    throw error === TOO_LARGE ? 'too_large' : nameOf(error);
  } finally {
    deadline.end(call);
  }
}

/**
 * Bodies that a module reads piece by piece, so that neither it nor this holds the whole. The deadline is one for
 * all of it.
 */
export class Streams {
  private readonly open = new Map<number, Stream>();

  async begin(id: number, head: string, body: Uint8Array | undefined, timeoutMs: number, wantedHeaders: string): Promise<Reply> {
    const stream = new Stream(timeoutMs);
    this.open.set(id, stream);
    return await stream.begin(head, body, wantedHeaders);
  }

  async read(id: number): Promise<Reply> {
    const piece = await this.open.get(id)?.read();
    return { status: 200, headers: '', body: piece ?? NOTHING };
  }

  close(id: number) {
    this.open.get(id)?.close();
    this.open.delete(id);
  }

  clear() {
    for (const id of [...this.open.keys()]) this.close(id);
  }
}

class Stream {
  private readonly call = new AbortController();
  private reader?: ReadableStreamDefaultReader<Uint8Array>;

  constructor(private readonly timeoutMs: number) {}

  async begin(head: string, body: Uint8Array | undefined, wantedHeaders: string): Promise<Reply> {
    deadlineOf(this.timeoutMs).begin(this.call);
    try {
      const { method, url, headers } = parse(head);
      const response = await fetch(url, { method, headers, redirect: 'error', signal: this.call.signal, body });
      this.reader = response.body?.getReader();
      return { status: response.status, headers: wantedValues(response, wantedHeaders), body: NOTHING };
    } catch (error) {
      throw nameOf(error);
    }
  }

  /** `undefined` at the end. */
  async read(): Promise<Uint8Array | undefined> {
    try {
      // An empty piece would be taken for the end.
      for (;;) {
        const { value } = (await this.reader?.read()) ?? {};
        if (value?.length !== 0) return value;
      }
    } catch (error) {
      throw nameOf(error);
    }
  }

  close() {
    deadlineOf(this.timeoutMs).end(this.call);
    this.call.abort();
  }
}

export const NOTHING = new Uint8Array();

const deadlines = new Map<number, Deadline<AbortController>>();

/** By length: there are as many as there are settings of a timeout. */
function deadlineOf(milliseconds: number): Deadline<AbortController> {
  let deadline = deadlines.get(milliseconds);
  if (deadline === undefined) {
    deadline = new Deadline(milliseconds, (late) => late.abort());
    deadlines.set(milliseconds, deadline);
  }
  return deadline;
}

function wantedValues({ headers }: Response, names: string): string {
  const value = (name: string) => (name === 'retry-after' ? secondsOf(headers) : headers.get(name)) ?? '';
  return names === '' ? '' : names.split('\n').map(value).join('\n');
}

/** Retry-After in seconds, also where it is a date: by the clock of whoever sent it. */
function secondsOf(headers: Headers): string | null {
  const given = headers.get('retry-after');
  if (given === null || /^\s*\d+\s*$/.test(given)) return given;
  const wait = Date.parse(given) - Date.parse(headers.get('date') ?? new Date().toUTCString());
  return Number.isNaN(wait) ? null : String(Math.max(0, Math.ceil(wait / 1000)));
}

const TOO_LARGE = Symbol('too large');

/**
 * A declared length is what comes, or the runtime fails. Anything else is counted as it comes: what has no end, or
 * was packed a thousandfold, would be here before it was counted.
 */
async function readAnswer(response: Response, limit: number): Promise<Uint8Array> {
  const { headers, body } = response;
  const length = headers.get('content-length');
  if (length !== null && Number(length) <= limit && !headers.has('content-encoding')) return await response.bytes();
  if (length !== null && Number(length) > limit) {
    await body?.cancel();
    throw TOO_LARGE;
  }
  return body === null ? NOTHING : await countedBytes(body, limit);
}

async function countedBytes(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const pieces = new Pieces(body);
  let buffer = NOTHING;
  let length = 0;
  for (;;) {
    const piece = await pieces.next();
    if (piece === undefined) return buffer.subarray(0, length);
    const longer = length + piece.length;
    if (longer > limit) {
      await pieces.cancel();
      throw TOO_LARGE;
    }
    if (longer > buffer.length) buffer = grown(buffer, longer, limit);
    buffer.set(piece, length);
    length = longer;
  }
}

interface Head {
  method: string;
  url: string;
  /** A record, which `fetch` takes in half the time of a list of pairs. */
  headers: Record<string, string>;
}

/** The last head and what it says: one module asks the same thing of the same place all day. */
let parsed = { text: '', head: { method: '', url: '', headers: {} } as Head };

/** Parses `METHOD URL` and `name:value` lines. */
function parse(text: string): Head {
  if (text !== parsed.text) {
    const [first, ...lines] = text.split('\n').filter(Boolean);
    const space = first.indexOf(' ');
    const headers = lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    });
    const head = { method: first.slice(0, space), url: first.slice(space + 1), headers: Object.fromEntries(headers) };
    parsed = { text, head };
  }
  return parsed.head;
}

function nameOf(error: unknown): string {
  const name = error instanceof Error ? error.name : 'unknown';
  return name === 'TimeoutError' || name === 'AbortError' ? 'timeout' : name;
}
