/** Clients that speak HTTP by hand, as none would that means well. */

export interface Socket {
  write(text: string | Uint8Array): Promise<void>;
  /** Ends its own side and goes on reading. */
  half(): Promise<void>;
  /** The answer so far. */
  text(): string;
  /** The first piece of an answer, where nothing has been read yet. */
  first(): Promise<string>;
  /** Whether the server has closed the connection. */
  closed(): boolean;
  end(): void;
}

/** Connects, and reads all the time unless told not to. */
export async function connect(url: string, { reads = true } = {}): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  let text = '';
  let closed = false;
  const read = async () => {
    const decoder = new TextDecoder();
    try {
      for await (const piece of connection.readable) text += decoder.decode(piece, { stream: true });
    } catch {
      // Reset by the server, or ended by the test.
    }
    closed = true;
  };
  if (reads) void read();
  return {
    async write(piece) {
      let bytes = typeof piece === 'string' ? new TextEncoder().encode(piece) : piece;
      while (bytes.length > 0) bytes = bytes.subarray(await connection.write(bytes));
    },
    async first() {
      const piece = new Uint8Array(4096);
      return new TextDecoder().decode(piece.subarray(0, (await connection.read(piece)) ?? 0));
    },
    half: () => connection.closeWrite(),
    text: () => text,
    closed: () => closed,
    end() {
      try {
        connection.close();
      } catch {
        // It has been closed already.
      }
    },
  };
}

/** The head of a request, with the empty line. */
export function head(method: string, path: string, headers: Record<string, string>): string {
  const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** One piece of a chunked body. */
export function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

/** The status of an answer, 0 while there is none. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
}

/** The problem in an answer, however its body is framed. */
export function codeOf(answer: string): string | undefined {
  return /"code":"([a-z_]+)"/.exec(answer)?.[1];
}
