// @ts-check

import { environment } from '../end-to-end/platform/environment.mjs';
import { newVisitor } from './chromium.mjs';

/**
 * A visitor in whose browser somebody is signed in already, or nobody.
 * @param {{ client: import('@supabase/supabase-js').SupabaseClient } | null | undefined} person
 * @param {import('playwright-core').BrowserContextOptions} [options]
 */
export async function visitorAs(person, options = {}) {
  const session = (await person?.client.auth.getSession())?.data.session;
  const name = `sb-${new URL(environment.siteUrl).hostname.split('.')[0]}-auth-token`;
  const origins = session ? [{ origin: environment.siteUrl, localStorage: [{ name, value: JSON.stringify(session) }] }] : [];
  return newVisitor({ ...options, storageState: { cookies: [], origins } });
}
