// Shows a person's sessions to whatever calendar has the address of their feed. The rules are in functions/calendar-feed and crates/core.
import * as bindings from './build/function.js';
import { bytes } from './build/wasm.js';
import { serve } from '../_shared/host.ts';

export default serve(bindings, bytes, { headers: ['if-none-match'] });
