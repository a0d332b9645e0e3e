// The texts of mails. The rules are in functions/email-templates and crates/core.
import * as bindings from './build/function.js';
import { bytes } from './build/wasm.js';
import { serve } from '../_shared/host.ts';

export default serve(bindings, bytes);
