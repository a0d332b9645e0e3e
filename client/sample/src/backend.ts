import { createClient, Problem } from '@evenkeel/client';

// esbuild puts them in; see ../serve.mjs.
declare const BACKEND_URL: string;
declare const PUBLISHABLE_KEY: string;

export const backend = createClient(BACKEND_URL, PUBLISHABLE_KEY);

/** What an action came to: words for whoever acted, or why not. */
export type Outcome = Problem | string;
