// Tells what is switched on. The rules are in functions/feature-flags and crates/core.
import * as bindings from './build/function.js';
import { bytes } from './build/wasm.js';
import { serve } from '../_shared/host.ts';

export default serve(bindings, bytes, { headers: ['if-none-match'] });
