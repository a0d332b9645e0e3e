// @ts-check
/** Each subject as one file, so that nobody pays for looking up modules, as after a deployment. */
import { build } from 'esbuild';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BUNDLES, ROOT, SUBJECTS } from './settings.mjs';

/** Bundles all subjects; answers their sizes in bytes. */
export async function bundleAll() {
  mkdirSync(BUNDLES, { recursive: true });
  /** @type {Record<string, {raw: number, gzip: number}>} */
  const sizes = {};
  for (const [name, entry] of Object.entries(SUBJECTS)) {
    await build({
      entryPoints: [join(ROOT, entry)],
      outfile: bundleOf(name),
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      conditions: ['deno', 'import'],
      external: ['node:*'],
      logLevel: 'error',
    });
    const text = readFileSync(bundleOf(name));
    sizes[name] = { raw: text.length, gzip: gzipSync(text, { level: 9 }).length };
  }
  return sizes;
}

export function bundleOf(/** @type {string} */ name) {
  return join(BUNDLES, `${name.replaceAll(/[^a-z]+/g, '-')}.mjs`);
}
