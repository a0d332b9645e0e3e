// Mails a link to whoever forgot their password. The rules are in functions/auth-password-reset-request and crates/core.
import * as bindings from './build/function.js';
import { bytes } from './build/wasm.js';
import { serve } from '../_shared/host.ts';

export default serve(bindings, bytes);
