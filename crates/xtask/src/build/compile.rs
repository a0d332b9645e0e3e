//! cargo: Rust to wasm.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::workspace::{Workspace, cargo};

const TARGET: &str = "wasm32-unknown-unknown";

/// SHA-256 with its rounds as a loop: 5 KB less, and what is hashed here is shorter than a page.
const SMALL_SHA2: [&str; 2] = [r#"sha2_backend="soft""#, r#"sha2_backend_soft="compact""#];

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
    command.args(["--config", &flags()]);
    for function in functions {
        command.args(["--package", function]);
    }
    let status = command.status().context("cargo could not be started")?;
    ensure!(status.success(), "the functions do not compile, see above");
    Ok(())
}

/// What only the modules are compiled with, as a value of cargo's configuration.
fn flags() -> String {
    let mut flags: Vec<String> = SMALL_SHA2.map(|cfg| format!("--cfg={cfg}")).into();
    if let Some(folder) = registry() {
        // A module should be the same whoever builds it, and not tell their folders.
        flags.push(format!("--remap-path-prefix={}=", folder.display()));
    }
    format!("target.{TARGET}.rustflags={flags:?}")
}

/// Where cargo keeps the sources of dependencies; panic messages would name it.
fn registry() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cargo")))?;
    Some(home.join("registry/src"))
}

/// Where cargo left a function's module.
pub(super) fn output(workspace: &Workspace, name: &str) -> PathBuf {
    let file = format!("{}.wasm", name.replace('-', "_"));
    workspace.target.join(TARGET).join("release").join(file)
}
