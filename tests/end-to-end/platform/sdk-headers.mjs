// @ts-check
// What supabase-js sends to a function besides the body: a browser asks for each header in a preflight.

import { FunctionRegion, createClient } from '@supabase/supabase-js';
import { corsHeaders } from '@supabase/supabase-js/cors';
import { options } from './clients.mjs';

/** Tracing adds these where an application uses OpenTelemetry or Sentry. */
const TRACING = ['traceparent', 'tracestate', 'baggage', 'sentry-trace'];

/** By the SDK's own list, and by what a call as rich as can be sends. @returns {Promise<string[]>} in lower case */
export async function sdkHeaders() {
  const names = new Set([...corsHeaders['Access-Control-Allow-Headers'].split(/,\s*/), ...TRACING]);
  /** @type {typeof fetch} */
  const record = async (_, init) => {
    for (const name of new Headers(init?.headers).keys()) names.add(name);
    return Response.json({});
  };
  const client = createClient('http://127.0.0.1:1', 'sb_publishable_nobody', { ...options, global: { fetch: record } });
  await client.functions.invoke('any', { body: {}, region: FunctionRegion.UsEast1 });
  return [...names].map((name) => name.toLowerCase());
}
