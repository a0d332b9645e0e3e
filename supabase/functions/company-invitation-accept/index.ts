// Accepts invitations to a company. The rules are in functions/company-invitation-accept and crates/core.
import * as bindings from './build/function.js';
import { bytes } from './build/wasm.js';
import { serve } from '../_shared/host.ts';

export default serve(bindings, bytes);
