//! The bytes of a module as a script, so that they travel with the module graph.
//!
//! Files beside the script do not survive every way of deploying; imports do. The form is chosen
//! in `docs/decisions/0001-loader.md`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A script that exports `bytes`. `Buffer` decodes natively; a loop over `atob` is several times slower.
pub(super) fn script(wasm: &[u8]) -> String {
    format!(
        "import {{ Buffer }} from \"node:buffer\";\n\
         /** The compiled module. @type {{Uint8Array}} */\n\
         export const bytes = Buffer.from(\"{}\", \"base64\");\n",
        STANDARD.encode(wasm)
    )
}
