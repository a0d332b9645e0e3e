/** A client for a server: made once, without sessions. */
import { createClient } from '@supabase/supabase-js';
import { SECRET_KEY, SUPABASE_URL } from './contract.ts';

export const supabase = createClient(SUPABASE_URL, SECRET_KEY, {
  auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
});
