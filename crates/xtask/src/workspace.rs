//! Where things are: asked of cargo, so that a configured target directory is respected.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// The folders of this repository and the functions in it.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    /// Package names of the crates in `functions/`, sorted.
    pub(crate) functions: Vec<String>,
}

impl Workspace {
    pub(crate) fn discover() -> Result<Self> {
        let output = cargo()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("cargo could not be started")?;
        ensure!(
            output.status.success(),
            "cargo metadata failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Self::from_metadata(&serde_json::from_slice(&output.stdout)?)
    }

    fn from_metadata(metadata: &Value) -> Result<Self> {
        let root = path(metadata, "workspace_root")?;
        let functions_folder = root.join("functions");
        let packages = metadata
            .get("packages")
            .and_then(Value::as_array)
            .context("cargo metadata lists no packages")?;
        let mut functions: Vec<String> = packages
            .iter()
            .filter(|package| is_under(package, &functions_folder))
            .filter_map(|package| Some(package.get("name")?.as_str()?.to_owned()))
            .collect();
        functions.sort();
        Ok(Self { target: path(metadata, "target_directory")?, root, functions })
    }

    /// All functions, or the one named.
    pub(crate) fn select(&self, name: Option<&str>) -> Result<Vec<&str>> {
        let selected: Vec<&str> = self
            .functions
            .iter()
            .map(String::as_str)
            .filter(|function| name.is_none_or(|wanted| wanted == *function))
            .collect();
        match (selected.is_empty(), name) {
            (true, Some(name)) => bail!(
                "there is no function `{name}` in functions/; there are: {}",
                self.functions.join(", ")
            ),
            (true, None) => bail!("functions/ holds no crate yet"),
            (false, _) => Ok(selected),
        }
    }
}

/// The cargo that runs this tool, so that both use one toolchain.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn path(metadata: &Value, key: &str) -> Result<PathBuf> {
    metadata
        .get(key)
        .and_then(Value::as_str)
        .map(PathBuf::from)
        .with_context(|| format!("cargo metadata names no {key}"))
}

fn is_under(package: &Value, folder: &Path) -> bool {
    package
        .get("manifest_path")
        .and_then(Value::as_str)
        .is_some_and(|manifest| Path::new(manifest).starts_with(folder))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn workspace() -> Workspace {
        let metadata = json!({
            "workspace_root": "/project",
            "target_directory": "/elsewhere/target",
            "packages": [
                {"name": "email-dispatch", "manifest_path": "/project/functions/email-dispatch/Cargo.toml"},
                {"name": "core", "manifest_path": "/project/crates/core/Cargo.toml"},
                {"name": "auth-email-verify", "manifest_path": "/project/functions/auth-email-verify/Cargo.toml"},
            ],
        });
        Workspace::from_metadata(&metadata).unwrap()
    }

    #[test]
    fn only_crates_in_the_functions_folder_are_functions() {
        assert_eq!(workspace().functions, ["auth-email-verify", "email-dispatch"]);
    }

    #[test]
    fn a_named_function_is_selected_alone() {
        assert_eq!(workspace().select(Some("email-dispatch")).unwrap(), ["email-dispatch"]);
    }

    #[test]
    fn an_unknown_function_is_refused_with_the_known_names() {
        let message = workspace().select(Some("typo")).unwrap_err().to_string();
        assert!(message.contains("auth-email-verify, email-dispatch"), "{message}");
    }
}
