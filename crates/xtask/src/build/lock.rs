//! One build at a time.
//!
//! Two builds at once would write the same files: a module came out with the right length and holes
//! of zeros in it, which no later step noticed.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use anyhow::{Context, Result};

/// Held while building; the system releases it when the process ends, however it ends.
pub(super) struct Lock(
    #[expect(dead_code, reason = "the lock lives as long as the file is open")] File,
);

impl Lock {
    /// Waits until no other build runs in this target directory.
    pub(super) fn acquire(target: &Path) -> Result<Self> {
        let folder = target.join("xtask");
        fs::create_dir_all(&folder)?;
        let file = File::create(folder.join(".lock")).context("creating the lock of the build")?;
        match file.try_lock() {
            Ok(()) => return Ok(Self(file)),
            Err(TryLockError::WouldBlock) => eprintln!("waiting for another build to end"),
            Err(TryLockError::Error(error)) => return Err(error).context("locking the build"),
        }
        file.lock().context("locking the build")?;
        Ok(Self(file))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn two_builds_never_overlap() {
        let target = std::env::temp_dir().join(format!("xtask-lock-{}", std::process::id()));
        let (inside, overlaps) = (AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let _lock = Lock::acquire(&target).unwrap();
                    overlaps.fetch_add(inside.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(5));
                    inside.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        let _ = fs::remove_dir_all(&target);
        assert_eq!(overlaps.into_inner(), 0);
    }
}
