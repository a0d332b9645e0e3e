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
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        error::Code,
        ports::{DatabaseError, ObjectStoreError},
        testing::{MemoryFile, World},
    };

    /// A world in which so many files of a bucket belong to nobody, and one to somebody.
    fn world(files: usize) -> World {
        let world = World::new();
        let paths: Vec<_> = (0..files).map(|n| format!("gone/{n:04}")).collect();
        let file = MemoryFile { bytes: Vec::new(), mime_type: "application/pdf".to_owned() };
        for path in paths.iter().map(String::as_str).chain(["kept"]) {
            let key = ("uploads".to_owned(), path.to_owned());
            world.files.borrow_mut().objects.insert(key, file.clone());
        }
        let copies = json!({ "bucket": "copies", "paths": ["gone/before"] });
        let uploads = json!({ "bucket": "uploads", "paths": paths });
        world.database.answer::<OrphanedFiles>(json!([copies, uploads]));
        world
    }

    fn files(world: &World) -> usize {
        world.files.borrow().objects.len()
    }

    #[test]
    fn what_the_database_names_is_removed_by_the_hundred() {
        let world = world(250);
        let swept = pollster::block_on(sweep(&world)).unwrap();
        assert_eq!(swept, SweepReport { orphaned: 251, removed: 250 }, "one went before");
        assert_eq!(files(&world), 1);
        assert_eq!(world.asked::<OrphanedFiles>().arguments, json!({ "p_limit": 1_000 }));
        let last = world.latest("storage.remove").arguments;
        assert_eq!(last["bucket"], "uploads");
        assert_eq!(last["paths"].as_array().map(Vec::len), Some(50));
        assert_eq!(world.calls().len(), 5);
    }

    #[test]
    fn a_batch_that_fails_is_told_and_keeps_no_other_from_going() {
        let world = world(250);
        let fault = ObjectStoreError::Unavailable("status 400, says 403".to_owned());
        world.files.borrow_mut().fault = Some(("remove", fault));
        let error = pollster::block_on(sweep(&world)).unwrap_err();
        assert_eq!((error.code(), files(&world)), (Code::UpstreamUnavailable, 1));
    }

    #[test]
    fn without_a_list_nothing_is_removed() {
        let world = World::new();
        world.database.fail::<OrphanedFiles>(DatabaseError::Timeout);
        let error = pollster::block_on(sweep(&world)).unwrap_err();
        assert_eq!((error.code(), world.calls()), (Code::UpstreamTimeout, vec!["orphaned_files"]));
        world.database.answer::<OrphanedFiles>(Value::Array(Vec::new()));
        assert_eq!(pollster::block_on(sweep(&world)).unwrap(), SweepReport::default());
    }
}
