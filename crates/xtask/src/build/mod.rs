//! `xtask build`: each crate in `functions/` becomes `supabase/functions/<name>/build/`.
//!
//! cargo compiles all of them in one invocation; then, per function and only where cargo's output
//! changed: wasm-bindgen (glue), wasm-opt (size), and the bytes as a module of their own.

mod bindgen;
mod compile;
mod embed;
mod lock;
mod optimise;
mod pool;
mod size;
mod stamp;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;
use lock::Lock;
use size::Sizes;
use stamp::Stamp;

/// Arguments of `xtask build`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Options {
    /// Build this function alone.
    function: Option<String>,
    /// Fail when a module is larger than its bound.
    check_size: bool,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--check-size" => options.check_size = true,
                "--function" => {
                    let name = rest.next().context("--function needs a name")?;
                    options.function = Some(name.clone());
                }
                other => bail!("`xtask build` does not take {other}"),
            }
        }
        Ok(options)
    }
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let workspace = Workspace::discover()?;
    let functions = workspace.select(options.function.as_deref())?;
    let _lock = Lock::acquire(&workspace.target)?;
    compile::to_wasm(&workspace, &functions)?;
    let tools = stamp::tools(&workspace)?;
    let modules = pool::map(&functions, |name| {
        package(&workspace, &tools, name).with_context(|| format!("building {name}"))
    })?;
    println!("{}", size::table(&modules));
    if options.check_size {
        size::enforce(&modules)?;
    }
    Ok(())
}

/// Brings one function's `build/` up to date and answers its sizes.
fn package(workspace: &Workspace, tools: &str, name: &str) -> Result<(String, Sizes)> {
    let compiled = compile::output(workspace, name);
    let wasm = fs::read(&compiled).with_context(|| format!("reading {}", compiled.display()))?;
    let folder = build_folder(workspace, name);
    let stamp = Stamp::of(&wasm, tools);
    if let Some(sizes) = stamp.matches(&folder) {
        return Ok((name.to_owned(), sizes));
    }
    println!("  {name}: wasm-bindgen, wasm-opt");
    let sizes = regenerate(workspace, name, wasm, &folder)?;
    stamp.write(&folder, sizes)?;
    Ok((name.to_owned(), sizes))
}

fn regenerate(workspace: &Workspace, name: &str, wasm: Vec<u8>, folder: &Path) -> Result<Sizes> {
    let bound = bindgen::generate(wasm)?;
    let optimised = optimise::shrink(workspace, name, &bound.wasm)?;
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    Stamp::remove(folder)?;
    fs::write(folder.join("function.js"), &bound.script)?;
    fs::write(folder.join("wasm.js"), embed::script(&optimised))?;
    Sizes::measure(&optimised)
}

fn build_folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.root.join("supabase/functions").join(name).join("build")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&arguments)
    }

    #[test]
    fn options_may_come_in_any_order() {
        let expected = Options { function: Some("email-dispatch".to_owned()), check_size: true };
        assert_eq!(parse("--check-size --function email-dispatch").unwrap(), expected);
        assert_eq!(parse("--function email-dispatch --check-size").unwrap(), expected);
    }

    #[test]
    fn an_option_without_its_value_or_unknown_is_refused() {
        assert!(parse("--function").is_err());
        assert!(parse("--frobnicate").is_err());
    }
}
