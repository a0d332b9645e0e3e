// Sends our mails where Supabase Auth would send its own. The rules are in functions/auth-send-email and crates/core.
import * as bindings from './build/function.js';
import { bytes } from './build/wasm.js';
import { serve } from '../_shared/host.ts';
import { SIGNATURE_HEADERS } from '../_shared/http.ts';

export default serve(bindings, bytes, { headers: SIGNATURE_HEADERS });
