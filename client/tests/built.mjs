// @ts-check
// The client as a bundler makes it of its source, since Node reads no TypeScript.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const { outputFiles } = await build({ entryPoints: [source], bundle: true, write: false, format: 'esm', platform: 'node', external: ['@supabase/*'], outfile: 'client.mjs' });
// Supabase is resolved from here, as an app would; a `data:` module could not.
const text = /** @type {{ text: string }} */ (outputFiles[0]).text.replace(/from "(@supabase\/[^"]+)"/g, (_, name) => `from ${JSON.stringify(import.meta.resolve(name))}`);

/** @type {typeof import('../src/index.js')} */
export const { answers, clientOf, createClient, pages, Problem, problemOf, resultOf, ROWS_AT_ONCE } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
