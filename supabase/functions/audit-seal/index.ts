// Seals the audit log. The rules are in functions/audit-seal and crates/core.
import * as bindings from './build/function.js';
import { bytes } from './build/wasm.js';
import { serve } from '../_shared/host.ts';

// It works until its time is up and is called again: close to the platform's 150 s.
export default serve(bindings, bytes, { deadlineMs: 140_000 });
