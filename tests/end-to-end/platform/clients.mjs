// @ts-check

import { createClient } from '@supabase/supabase-js';
import postgres from 'postgres';
import { environment } from './environment.mjs';

/** Node 20 has no WebSocket, and supabase-js asks for one even where nothing is subscribed to. */
class NoWebSocket {
  constructor() {
    throw new Error('these tests use no realtime');
  }
}

export const options = {
  auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  realtime: { transport: /** @type {any} */ (NoWebSocket) },
};

/** What a browser holds. Every call is a new visitor. */
export const visitor = () => createClient(environment.url, environment.publishableKey, options);

/** What the project's own servers hold. */
export const service = createClient(environment.url, environment.secretKey, options);

/** The project's owner, for what a test cannot do as a person: prepare, and look behind the scenes. */
export const sql = postgres(environment.databaseUrl, { max: 4, onnotice: () => {} });
