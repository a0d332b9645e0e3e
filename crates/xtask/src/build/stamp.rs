//! The inputs that a `build/` folder was made from, so that unchanged inputs are not packaged again.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::optimise;
use super::size::Sizes;
use crate::workspace::Workspace;

const FILE: &str = ".stamp";
const OUTPUTS: [&str; 2] = ["function.js", "wasm.js"];

/// Names the tools that shape the output: this program as cargo last linked it, and wasm-opt.
pub(super) fn tools(workspace: &Workspace) -> Result<String> {
    let program = identity(&std::env::current_exe()?)?;
    let optimiser = identity(&optimise::executable(workspace)?)?;
    Ok(format!("{program} {optimiser}"))
}

/// Length and modification time: reading 30 MB of program at each build would cost more than it
/// saves, and a needless rebuild is harmless.
fn identity(program: &Path) -> Result<String> {
    let metadata = fs::metadata(program)
        .with_context(|| format!("reading the age of {}", program.display()))?;
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH)?;
    Ok(format!("{}@{}", metadata.len(), modified.as_nanos()))
}

/// The digest of all inputs of one `build/` folder.
pub(super) struct Stamp(String);

impl Stamp {
    pub(super) fn of(wasm: &[u8], tools: &str) -> Self {
        let mut digest = Sha256::new();
        digest.update(tools.as_bytes());
        digest.update(wasm);
        Self(hex::encode(digest.finalize()))
    }

    /// The recorded sizes, if the folder is complete and was made from these inputs.
    pub(super) fn matches(&self, folder: &Path) -> Option<Sizes> {
        let text = fs::read_to_string(folder.join(FILE)).ok()?;
        let mut words = text.split_whitespace();
        let same = words.next()? == self.0;
        let sizes = Sizes { raw: words.next()?.parse().ok()?, gzip: words.next()?.parse().ok()? };
        let complete = OUTPUTS.iter().all(|file| folder.join(file).is_file());
        (same && complete).then_some(sizes)
    }

    /// Records the inputs; written last, so that an interrupted build is done again.
    pub(super) fn write(&self, folder: &Path, sizes: Sizes) -> Result<()> {
        let text = format!("{} {} {}\n", self.0, sizes.raw, sizes.gzip);
        fs::write(folder.join(FILE), text).context("writing the stamp of the build")
    }

    /// Forgets what the folder was made from.
    pub(super) fn remove(folder: &Path) -> Result<()> {
        match fs::remove_file(folder.join(FILE)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).context("removing the stamp of the last build")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    const SIZES: Sizes = Sizes { raw: 7, gzip: 5 };

    /// A complete `build/` folder, removed when it goes out of scope.
    struct Folder(PathBuf);

    impl Folder {
        fn stamped(test: &str, stamp: &Stamp) -> Self {
            let path = std::env::temp_dir().join(format!("xtask-{test}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            for file in OUTPUTS {
                fs::write(path.join(file), "").unwrap();
            }
            stamp.write(&path, SIZES).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn unchanged_inputs_match_and_keep_the_sizes() {
        let folder = Folder::stamped("same", &Stamp::of(b"wasm", "tools"));
        assert_eq!(Stamp::of(b"wasm", "tools").matches(&folder.0), Some(SIZES));
    }

    #[test]
    fn another_module_or_another_tool_does_not_match() {
        let folder = Folder::stamped("other", &Stamp::of(b"wasm", "tools"));
        assert_eq!(Stamp::of(b"other", "tools").matches(&folder.0), None);
        assert_eq!(Stamp::of(b"wasm", "newer tools").matches(&folder.0), None);
    }

    #[test]
    fn a_missing_file_or_a_removed_stamp_does_not_match() {
        let stamp = Stamp::of(b"wasm", "tools");
        let folder = Folder::stamped("missing", &stamp);
        fs::remove_file(folder.0.join("wasm.js")).unwrap();
        assert_eq!(stamp.matches(&folder.0), None);

        let folder = Folder::stamped("removed", &stamp);
        Stamp::remove(&folder.0).unwrap();
        assert_eq!(stamp.matches(&folder.0), None);
    }
}
