//! wasm-bindgen as a library: one version in `Cargo.lock` for the crates and for the tool.

use anyhow::{Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

/// A module and the script that connects it to JavaScript.
pub(super) struct Bound {
    pub(super) wasm: Vec<u8>,
    pub(super) script: String,
}

/// Runs wasm-bindgen for the `web` target with a reset function.
///
/// `web` because it instantiates from bytes that the caller has, where the `deno` target fetches a
/// file beside the script, which a bundle does not keep. No declarations: a script that names them
/// makes a bundler look for them, and its comments have the types. The abort handler stays off: it emits
/// exception handling that the runtime's V8 refuses.
pub(super) fn generate(wasm: Vec<u8>) -> Result<Bound> {
    let mut output = Bindgen::new()
        .input_bytes("function", wasm)
        .web(true)?
        .typescript(false)
        .reset_state_function(true)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()?;
    ensure!(
        output.snippets().values().all(Vec::is_empty) && output.local_modules().is_empty(),
        "a crate brings JavaScript files of its own, which are not packaged"
    );
    Ok(Bound { script: output.js().to_owned(), wasm: output.wasm_mut().emit_wasm() })
}
