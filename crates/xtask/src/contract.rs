//! `xtask contract`: files generated from the Rust types of the HTTP contract.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::workspace::Workspace;

const DESCRIPTION: &str = "openapi.json";
const TYPES: &str = "client/src/generated/functions.ts";
/// The database is held against it by supabase/tests/refusals.mjs and word-lists.mjs.
const FOR_THE_DATABASE: &str = "supabase/tests/contract.json";

/// The action for the generated files.
pub(crate) struct Options {
    /// Compare with what is committed instead of writing.
    check: bool,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        match arguments {
            [] => Ok(Self { check: false }),
            [flag] if flag == "--check" => Ok(Self { check: true }),
            other => bail!("`xtask contract` does not take {}", other.join(" ")),
        }
    }
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::discover()?;
    let description = serde_json::to_string_pretty(&evenkeel_core::contract::openapi())? + "\n";
    let types = typescript(&workspace, &description)?;
    let database = evenkeel_core::contract::for_the_database();
    let database = serde_json::to_string_pretty(&database)? + "\n";
    every_function_is_described(&workspace)?;
    for (name, content) in
        [(DESCRIPTION, description), (TYPES, types), (FOR_THE_DATABASE, database)]
    {
        let path = workspace.root.join(name);
        if options.check {
            let fresh = fs::read_to_string(&path).is_ok_and(|committed| committed == content);
            ensure!(fresh, "{name} is not what the Rust types say: run `cargo xtask contract`");
            println!("{name} is fresh");
        } else {
            write(&path, &content).with_context(|| format!("writing {name}"))?;
            println!("wrote {name}");
        }
    }
    Ok(())
}

/// An operation that a domain keeps from the contract is a function without one.
fn every_function_is_described(workspace: &Workspace) -> Result<()> {
    let described = evenkeel_core::contract::functions();
    let built: BTreeSet<_> = workspace.functions.iter().map(String::as_str).collect();
    let odd: Vec<_> = built.symmetric_difference(&described).copied().collect();
    ensure!(
        odd.is_empty(),
        "functions/ and the operations of the domains differ: {}; name the domain in \
         crates/core/src/contract.rs",
        odd.join(", ")
    );
    Ok(())
}

/// The types that a frontend imports.
fn typescript(workspace: &Workspace, description: &str) -> Result<String> {
    let scratch = workspace.target.join("xtask");
    fs::create_dir_all(&scratch)?;
    let input = scratch.join(DESCRIPTION);
    fs::write(&input, description)?;
    let result = Command::new("node")
        .arg(workspace.root.join("client/generate/functions.mjs"))
        .arg(&input)
        .output()
        .context("node could not be started")?;
    ensure!(
        result.status.success(),
        "client/generate/functions.mjs failed; was `npm ci` run? {}",
        String::from_utf8_lossy(&result.stderr).trim()
    );
    String::from_utf8(result.stdout).context("reading what it wrote")
}

fn write(path: &Path, content: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(path, content)?)
}
