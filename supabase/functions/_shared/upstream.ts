/** What a module asks of the network: one call, one promise, everything in it. */

import { Deadline } from './deadline.ts';

export interface Reply {
  status: number;
  /** The values of the wanted headers, a line each, empty where there is none. */
  headers: string;
  body: Uint8Array;
}

/** Rejects with `timeout`, `too_large`, or the name of another failure; never with an address. */
export async function fetchUpstream(
  method: string,
  url: string,
  headerLines: string,
  body: Uint8Array | undefined,
  timeoutMs: number,
  wantedHeaders: string,
  answerLimit: number,
): Promise<Reply> {
  const deadline = deadlineOf(timeoutMs);
  const call = new AbortController();
  deadline.begin(call);
  try {
    const response = await fetch(url, {
      method,
      headers: parse(headerLines),
      // A redirect would carry the credentials to wherever it points.
      redirect: 'error',
      signal: call.signal,
      // A view of wasm memory; `fetch` copies it before it returns.
      body,
    });
    return {
      status: response.status,
      headers: wantedHeaders === '' ? '' : valuesOf(response.headers, wantedHeaders.split('\n')),
      body: await readAnswer(response, answerLimit),
    };
  } catch (error) {
    throw error === TOO_LARGE ? 'too_large' : nameOf(error);
  } finally {
    deadline.end(call);
  }
}

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

function valuesOf(headers: Headers, names: string[]): string {
  return names.map((name) => headers.get(name) ?? '').join('\n');
}

const TOO_LARGE = Symbol('too large');

async function readAnswer(response: Response, limit: number): Promise<Uint8Array> {
  if (Number(response.headers.get('content-length')) > limit) {
    await response.body?.cancel();
    throw TOO_LARGE;
  }
  const body = await response.bytes();
  if (body.length > limit) throw TOO_LARGE;
  return body;
}

/** The last lines and what they are: one module sends the same headers to the same place all day. */
let parsed: { lines: string; headers: Record<string, string> } = { lines: '', headers: {} };

/** A record, which `fetch` takes in half the time of a list of pairs. */
function parse(lines: string): Record<string, string> {
  if (lines !== parsed.lines) {
    const headers = lines.split('\n').filter(Boolean).map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    });
    parsed = { lines, headers: Object.fromEntries(headers) };
  }
  return parsed.headers;
}

function nameOf(error: unknown): string {
  const name = error instanceof Error ? error.name : 'unknown';
  return name === 'TimeoutError' || name === 'AbortError' ? 'timeout' : name;
}
