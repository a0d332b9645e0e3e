//! cargo: Rust to wasm.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::workspace::{Workspace, cargo};

const TARGET: &str = "wasm32-unknown-unknown";

/// Compiles all functions in one invocation, so that they share every dependency.
pub(super) fn to_wasm(workspace: &Workspace, functions: &[&str]) -> Result<()> {
    let mut command = cargo();
    command.current_dir(&workspace.root).args([
        "build",
        "--release",
        "--locked",
        "--target",
        TARGET,
    ]);
    for function in functions {
        command.args(["--package", function]);
    }
    let status = command.status().context("cargo could not be started")?;
    ensure!(status.success(), "the functions do not compile, see above");
    Ok(())
}

/// Where cargo left a function's module.
pub(super) fn output(workspace: &Workspace, name: &str) -> PathBuf {
    let file = format!("{}.wasm", name.replace('-', "_"));
    workspace.target.join(TARGET).join("release").join(file)
}
