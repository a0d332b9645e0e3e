// Refuses a kind of mail by the link that it carries, and takes that back. The rules are in functions/email-unsubscribe and crates/core.
import * as bindings from './build/function.js';
import { bytes } from './build/wasm.js';
import { serve } from '../_shared/host.ts';

export default serve(bindings, bytes);
