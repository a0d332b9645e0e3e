//! wasm-opt, from the npm package `binaryen`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;

/// The features that the edge runtime's V8 13.0 has. `--all-features` would let wasm-opt emit what it refuses.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Control flow taken apart and put together again, and everything twice: one percent less than `-Os`.
const PASSES: [&str; 8] = [
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--strip-debug",
    "--strip-dwarf",
    "--strip-producers",
    "--strip-target-features",
];

/// Where the pinned wasm-opt is.
pub(super) fn executable(workspace: &Workspace) -> Result<PathBuf> {
    let path = workspace.root.join("node_modules/.bin/wasm-opt");
    ensure!(path.exists(), "{} is missing: run ./scripts/build, or `npm ci` first", path.display());
    Ok(path)
}

/// Answers a smaller module that does the same.
pub(super) fn shrink(workspace: &Workspace, name: &str, wasm: &[u8]) -> Result<Vec<u8>> {
    let scratch = workspace.target.join("xtask");
    fs::create_dir_all(&scratch)?;
    let input = scratch.join(format!("{name}.bindgen.wasm"));
    let output = scratch.join(format!("{name}.wasm"));
    fs::write(&input, wasm)?;
    let status = Command::new(executable(workspace)?)
        .args(PASSES)
        .args(FEATURES)
        .arg(&input)
        .arg("--output")
        .arg(&output)
        .status()
        .context("wasm-opt could not be started; it needs Node")?;
    ensure!(status.success(), "wasm-opt failed, see above");
    fs::read(&output).context("reading what wasm-opt wrote")
}
