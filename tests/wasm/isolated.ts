/** A function as it is deployed: its module graph and nothing else, in a process of its own. */
import { dirname, join, relative } from 'node:path';

export const ROOT = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');

export interface Running {
  url: string;
  /** Resident memory, in bytes. */
  memory(): number;
  /** Everything it has written so far. */
  output(): string;
  /** Whether the process is still there. */
  alive(): boolean;
  stop(): Promise<void>;
}

/** As `deno info --json` describes it; what is built into the runtime has no file. */
interface Module {
  specifier: string;
  local?: string;
  error?: string;
}

/** Copies exactly what `deno info` lists for the function into an empty folder, and answers that. */
export async function isolate(name: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: `${name}-` });
  for (const file of await moduleGraph(entry(ROOT, name))) {
    const copy = join(folder, relative(ROOT, file));
    await Deno.mkdir(dirname(copy), { recursive: true });
    await Deno.copyFile(file, copy);
  }
  return folder;
}

/** Files that a deployment takes along. */
export async function moduleGraph(script: string): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ['info', '--json', script],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  return modules
    .filter(({ specifier }: Module) => !specifier.startsWith('node:'))
    .map(({ specifier, local, error }: Module) => {
      if (!local) throw new Error(`${specifier} is not a file: ${error ?? 'remote'}`);
      if (local.endsWith('.d.ts')) throw new Error(`${specifier} is asked for by a type alone, which not every bundler finds`);
      return local;
    });
}

export function entry(root: string, name: string): string {
  return join(root, 'supabase/functions', name, 'index.ts');
}

/** Writes another entry point beside the function's own, which hands the host these options beside its own. */
export async function withOptions(root: string, name: string, options: string): Promise<string> {
  const script = entry(root, name);
  const other = join(dirname(script), 'with-options.ts');
  const text = await Deno.readTextFile(script);
  const both = (_: string, own = '{}') => `serve(bindings, bytes, { ...${own}, ...${options} })`;
  await Deno.writeTextFile(other, text.replace(/serve\(bindings, bytes(?:, (.*))?\)/, both));
  return other;
}

/** Serves a script until stopped, with the rights a function has and no others. */
export async function run(script: string, env: Record<string, string>): Promise<Running> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ['serve', '--no-prompt', '--no-check', '--allow-env', '--allow-net=127.0.0.1', '--port=0', script],
    cwd: dirname(script),
    env: { ...env, NO_COLOR: '1' },
    clearEnv: true,
    stdout: 'piped',
    stderr: 'piped',
  }).spawn();
  let text = '';
  let alive = true;
  const finished = Promise.all([
    collect(child.stdout, (chunk) => (text += chunk)),
    collect(child.stderr, (chunk) => (text += chunk)),
    child.status.then(() => (alive = false)),
  ]);
  const url = await until(() => {
    if (!alive) throw new Error(`it did not start:\n${text}`);
    return text.match(/http:\/\/[\d.]+:(\d+)/)?.[1];
  });
  return {
    url: `http://127.0.0.1:${url}`,
    memory: () => residentBytes(child.pid),
    output: () => text,
    alive: () => alive,
    async stop() {
      if (alive) child.kill('SIGKILL');
      await finished;
    },
  };
}

/** As Linux counts it. */
function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
  return Number(kilobytes) * 1024;
}

async function collect(stream: ReadableStream<Uint8Array>, add: (text: string) => void) {
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) add(chunk);
}

/** Waits for something that is true within ten seconds. */
export async function until<T>(condition: () => T): Promise<NonNullable<T>> {
  for (let waited = 0; waited < 10_000; waited += 5) {
    const value = condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`waited in vain for: ${condition}`);
}
