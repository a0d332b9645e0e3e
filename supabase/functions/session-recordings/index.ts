// Takes and opens the recordings of sessions. The rules are in functions/session-recordings and crates/core.
import * as bindings from './build/function.js';
import { bytes } from './build/wasm.js';
import { serve } from '../_shared/host.ts';

export default serve(bindings, bytes);
