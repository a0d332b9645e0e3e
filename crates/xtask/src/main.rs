//! The build as code, run as `cargo xtask <command>`.
//!
//! `build` turns the crates under `functions/` into modules that the edge runtime can load;
//! `contract` writes what is generated from the Rust types of the HTTP contract.
//! A command is a module with `parse` (its arguments) and `run`; `main` knows nothing else of it.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to its terminal"
)]

mod build;
mod contract;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "usage: cargo xtask <command>

  build [--function NAME] [--check-size]   compile the edge functions to wasm
  contract [--check]                       generate the API description and its types";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    match arguments.split_first() {
        Some((command, rest)) => match command.as_str() {
            "build" => build::run(&build::Options::parse(rest)?),
            "contract" => contract::run(&contract::Options::parse(rest)?),
            "help" | "--help" | "-h" => {
                println!("{USAGE}");
                Ok(())
            }
            other => bail!("there is no command `{other}`\n\n{USAGE}"),
        },
        None => bail!("a command is missing\n\n{USAGE}"),
    }
}
