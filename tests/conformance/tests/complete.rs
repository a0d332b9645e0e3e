//! That the wire suite calls every SQL function of the core.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

#[test]
fn every_sql_function_is_called_over_the_wire() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let core: BTreeSet<_> = sources(&root.join("../../crates/core/src"))
        .iter()
        .flat_map(|file| declared(&fs::read_to_string(file).unwrap()))
        .collect();
    assert!(core.len() > 20 && core.contains("ClaimEmails"), "they were found: {core:?}");
    let suite = listed(&fs::read_to_string(root.join("tests/wire/main.rs")).unwrap());
    assert_eq!(core, suite, "declared in crates/core, and listed in tests/wire/main.rs");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// The types that a file implements the trait for, outside its tests.
fn declared(text: &str) -> BTreeSet<String> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let name = |rest: &str| rest.chars().take_while(char::is_ascii_alphanumeric).collect();
    text.split("SqlFunction for ").skip(1).map(name).collect()
}

/// The functions of the list `wire!`.
fn listed(text: &str) -> BTreeSet<String> {
    let list = text.split("\nwire! {").nth(1).unwrap().split("\n}").next().unwrap();
    let name = |line: &str| Some(line.split_once(':')?.0.trim().to_owned());
    list.lines().filter_map(name).collect()
}
