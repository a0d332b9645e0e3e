// @ts-check
// Bundles the sample and serves it. Address and key of the backend are in .stack/env of a running stack; SITE_PORT is 5173 if left out.
import { fileURLToPath } from 'node:url';
import { context } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const { SUPABASE_URL = 'http://127.0.0.1:54321', SUPABASE_PUBLISHABLE_KEY, SITE_PORT = '5173' } = process.env;
if (!SUPABASE_PUBLISHABLE_KEY) throw new Error('SUPABASE_PUBLISHABLE_KEY is not set; .stack/env of a running stack has it');

const bundle = await context({
  absWorkingDir: here,
  entryPoints: ['src/main.tsx'],
  bundle: true,
  format: 'esm',
  jsx: 'automatic',
  sourcemap: true,
  outdir: 'public/assets',
  write: false,
  define: { BACKEND_URL: JSON.stringify(SUPABASE_URL), PUBLISHABLE_KEY: JSON.stringify(SUPABASE_PUBLISHABLE_KEY) },
});
// In memory: nothing is written. Every path is the one page, as the links of mails need it.
await bundle.serve({ servedir: `${here}public`, host: 'localhost', port: Number(SITE_PORT), fallback: `${here}public/index.html` });
console.log(`http://localhost:${SITE_PORT}`);
