//! `xtask contract`: files generated from the Rust types of the HTTP contract.

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// What to do with the generated files.
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
    bail!(
        "nothing is generated yet ({} {})",
        if options.check { "checked" } else { "looked in" },
        workspace.root.display()
    )
}
