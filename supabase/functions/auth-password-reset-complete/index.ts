// Sets the password that came with a mailed link. The rules are in functions/auth-password-reset-complete and crates/core.
import * as bindings from './build/function.js';
import { bytes } from './build/wasm.js';
import { serve } from '../_shared/host.ts';

export default serve(bindings, bytes);
