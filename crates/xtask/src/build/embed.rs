//! The bytes of a module as a script, so that they travel with the module graph.
//!
//! Files beside the script do not survive every way of deploying; imports do. The form is chosen
//! in `docs/decisions/0001-loader.md`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Types of [`script`].
pub(super) const TYPES: &str = "/** The compiled module. */\nexport const bytes: Uint8Array;\n";

/// A script that exports `bytes`.
pub(super) fn script(wasm: &[u8]) -> String {
    format!(
        "/* @ts-self-types=\"./wasm.d.ts\" */\n\
         const text = atob(\"{}\");\n\
         export const bytes = new Uint8Array(text.length);\n\
         for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);\n",
        STANDARD.encode(wasm)
    )
}
