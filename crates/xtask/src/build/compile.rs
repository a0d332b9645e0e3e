//! cargo: Rust to wasm.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    for folder in [registry(), sources_of_std()].into_iter().flatten() {
        command.args(["--config", &without_prefix(&folder)]);
    }
    for function in functions {
        command.args(["--package", function]);
    }
    let status = command.status().context("cargo could not be started")?;
    ensure!(status.success(), "the functions do not compile, see above");
    Ok(())
}

/// Where cargo keeps the sources of dependencies; panic messages would name it.
fn registry() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cargo")))?;
    Some(home.join("registry/src"))
}

/// Where rustup keeps the sources of std, whose generic parts are compiled with ours.
fn sources_of_std() -> Option<PathBuf> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().ok()?;
    let sysroot = String::from_utf8(output.stdout).ok()?;
    Some(Path::new(sysroot.trim()).join("lib/rustlib/src/rust"))
}

/// A module should be the same whoever builds it, and not tell their folders. Added to the flags of
/// `.cargo/config.toml`.
fn without_prefix(folder: &Path) -> String {
    format!("target.{TARGET}.rustflags=['--remap-path-prefix={}=']", folder.display())
}

/// Where cargo left a function's module.
pub(super) fn output(workspace: &Workspace, name: &str) -> PathBuf {
    let file = format!("{}.wasm", name.replace('-', "_"));
    workspace.target.join(TARGET).join("release").join(file)
}
