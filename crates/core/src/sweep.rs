//! Files that belong to no row any more, and go.
//!
//! The database knows which they are, and cannot remove one: on the platform a row that SQL
//! deletes would leave its file behind. So Storage is asked to.

pub mod operations;

use serde::{Deserialize, Serialize};

use crate::{
    error::Result,
    ports::{Database, ObjectStore, SqlFunction},
};

/// Files of one run; the cron job starts the next.
const RUN_LIMIT: u32 = 1_000;
/// Files that Storage is asked to remove at once.
const BATCH: usize = 100;

/// Body of `POST /storage-sweep`: nothing to say.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SweepRequest {}

/// Answer of `POST /storage-sweep`: what one run did, counted in files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SweepReport {
    /// Found to belong to nobody.
    pub orphaned: usize,
    /// Removed. Fewer than were found where another run was faster.
    pub removed: usize,
}

/// Finds the files that no row names.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct OrphanedFiles {
    pub p_limit: u32,
}

impl SqlFunction for OrphanedFiles {
    const NAME: &'static str = "orphaned_files";
    type Output = Vec<Orphans>;
}

/// Those of one bucket.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "the names of Storage")]
pub struct Orphans {
    pub bucket: String,
    pub paths: Vec<String>,
}

/// Removes the files that no row names, up to a thousand.
///
/// # Errors
/// `upstream_unavailable`, `upstream_timeout`, once everything was tried: a batch that Storage
/// refuses keeps no other from going.
pub async fn sweep(ports: &(impl Database + ObjectStore)) -> Result<SweepReport> {
    let mut report = SweepReport::default();
    let mut failure = None;
    for Orphans { bucket, paths } in ports.call(&OrphanedFiles { p_limit: RUN_LIMIT }).await? {
        report.orphaned += paths.len();
        for batch in paths.chunks(BATCH) {
            match ports.remove(&bucket, batch).await {
                Ok(removed) => report.removed += removed,
                Err(error) => failure = Some(error),
            }
        }
    }
    failure.map_or(Ok(report), |error| Err(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        error::Code,
        ports::ObjectStoreError,
        testing::{MemoryFile, World},
    };

    const PDF: &[u8] = b"%PDF-1.7 a licence";

    fn leave(world: &World, bucket: &str, files: usize) {
        let file = MemoryFile { bytes: PDF.to_owned(), mime_type: "application/pdf".to_owned() };
        for n in 0..files {
            let key = (bucket.to_owned(), format!("gone/{n:04}"));
            world.documents.borrow_mut().files.insert(key, file.clone());
        }
    }

    fn files(world: &World) -> usize {
        world.documents.borrow().files.len()
    }

    #[test]
    fn files_go_with_their_rows_and_no_others() {
        let world = World::new();
        let ines = world.settle("ines", true);
        world.hand_in(ines, PDF, Some(PDF));
        leave(&world, "specialist-documents", 250);
        leave(&world, "reviewed-documents", 3);
        let swept = pollster::block_on(sweep(&world)).unwrap();
        assert_eq!(swept, SweepReport { orphaned: 253, removed: 253 });
        assert_eq!(files(&world), 1);
        assert_eq!(pollster::block_on(sweep(&world)).unwrap(), SweepReport::default());
    }

    #[test]
    fn a_batch_that_fails_is_told_and_keeps_no_other_from_going() {
        let world = World::new();
        leave(&world, "specialist-documents", 250);
        let fault = ObjectStoreError::Unavailable("status 400, says 403".to_owned());
        world.documents.borrow_mut().fault = Some(("remove", fault));
        let error = pollster::block_on(sweep(&world)).unwrap_err();
        assert_eq!(error.code(), Code::UpstreamUnavailable);
        assert_eq!(files(&world), 100);
        assert_eq!(pollster::block_on(sweep(&world)).unwrap().removed, 100);
    }

    #[test]
    fn a_run_has_an_end() {
        let world = World::new();
        leave(&world, "reviewed-documents", 1_001);
        assert_eq!(pollster::block_on(sweep(&world)).unwrap().removed, 1_000);
    }
}
