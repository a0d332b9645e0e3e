/** A stand-in for everything behind SUPABASE_URL that can keep its callers waiting. */

export interface Upstream {
  url: string;
  /** Calls that arrived so far. */
  calls(): number;
  /** Holds every answer from now on, until `release`. */
  hold(): void;
  release(): void;
  stop(): Promise<void>;
}

export function startUpstream(): Upstream {
  let calls = 0;
  let gate = Promise.resolve();
  let open = () => {};
  const server = Deno.serve({ hostname: '127.0.0.1', port: 0, onListen() {} }, async (request) => {
    calls++;
    await request.text();
    await gate;
    // No function can use this answer; none may fall over it.
    return Response.json({ outcome: 'invalid' });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    calls: () => calls,
    hold() {
      gate = new Promise((resolve) => (open = resolve));
    },
    release: () => open(),
    async stop() {
      open();
      await server.shutdown();
    },
  };
}
