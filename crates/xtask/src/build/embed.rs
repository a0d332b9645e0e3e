//! The bytes of a module as a script, so that they travel with the module graph.
//!
//! Files beside the script do not survive every way of deploying; imports do. The form is chosen
//! in `docs/decisions/0001-loader.md`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Types of [`script`].
pub(super) const TYPES: &str = "/** The compiled module. */\nexport const bytes: Uint8Array;\n";

/// A script that exports `bytes`. `Buffer` decodes natively; a loop over `atob` is several times slower.
pub(super) fn script(wasm: &[u8]) -> String {
    format!(
        "/* @ts-self-types=\"./wasm.d.ts\" */\n\
         import {{ Buffer }} from \"node:buffer\";\n\
         export const bytes = Buffer.from(\"{}\", \"base64\");\n",
        STANDARD.encode(wasm)
    )
}
