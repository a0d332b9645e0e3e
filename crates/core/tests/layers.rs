//! The layers of the crates: each `lib.rs` lists its modules from the ground up, and a module uses those
//! above it in that list, so that there are no circles.

#![allow(clippy::indexing_slicing, reason = "a test may fail by panicking")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

#[test]
fn a_module_uses_those_above_it() {
    for name in ["core", "edge"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src");
        let order = modules(&read(&root.join("lib.rs")));
        assert!(order.len() > 10, "the list was found: {order:?}");
        for (at, module) in order.iter().enumerate().filter(|(_, module)| *module != "testing") {
            for file in files(&root, module) {
                let uses = uses(&read(&file));
                let below: Vec<_> =
                    order[at + 1..].iter().filter(|name| uses.contains(*name)).collect();
                assert!(below.is_empty(), "{} uses {below:?}, below `{module}`", file.display());
            }
        }
    }
}

#[test]
fn uses_are_found_however_they_are_written() {
    let text = "use crate::{\n    a::{B, C},\n    d::{self, e::F},\n};\nfn f() -> crate::g::H {}\n\
                use crate::i::J;\n#[cfg(test)]\nmod tests { use crate::z; }";
    let found: Vec<_> = uses(text).into_iter().collect();
    assert_eq!(found, ["a", "d", "g", "i"]);
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_default()
}

fn modules(lib: &str) -> Vec<String> {
    let declared = |line: &str| Some(line.split_once("mod ")?.1.strip_suffix(';')?.to_owned());
    lib.lines().filter(|line| !line.starts_with("//")).filter_map(declared).collect()
}

/// `module.rs` and everything in `module/`, but for tests.
fn files(root: &Path, module: &str) -> Vec<PathBuf> {
    let mut found = vec![root.join(module).with_extension("rs")];
    let mut folders = vec![root.join(module)];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "tests.rs") {
                found.push(path);
            }
        }
    }
    found
}

/// The modules of the crate that a text names after `crate::`, outside its tests.
fn uses(text: &str) -> BTreeSet<String> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = BTreeSet::new();
    for (at, prefix) in text.match_indices("crate::") {
        let rest = &text[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(list) => found.extend(first_segments(list)),
            None => found.extend(segment(rest)),
        }
    }
    found
}

/// Of `a::B, c::{D, E}, f}`: a, c and f.
fn first_segments(list: &str) -> Vec<String> {
    let (mut depth, mut begins, mut found) = (1, true, Vec::new());
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => begins = true,
            _ if begins && !character.is_whitespace() => {
                begins = false;
                found.extend(segment(&list[at..]));
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

fn segment(text: &str) -> Option<String> {
    let is_of_a_name = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_';
    let name: String = text.chars().take_while(is_of_a_name).collect();
    (!name.is_empty()).then_some(name)
}
