//! Sealing the audit log: a Merkle tree of its entries, whose root is signed and leaves the database.
//!
//! The database makes leaves of entries and keeps the tree; this goes on from the last checkpoint that it signed itself,
//! and signs the next. Whoever has a checkpoint finds out what was changed before it, the owner of the database included:
//! docs/decisions/the-audit-log-is-a-tree.md.

mod note;
pub mod operations;
mod sql;
mod tree;

use serde::{Deserialize, Serialize};

pub use self::{
    note::{AuditKeys, KEYS},
    sql::{AuditCheckpointPublished, RecordAuditCheckpoint, TakeAuditLeaves, TakenLeaves},
    tree::{Frontier, Hash},
};
use crate::{
    error::{Error, Result},
    ports::{Checkpoints, Configured, Database, Environment},
};

/// Where checkpoints go: a URL that takes them by POST. Without one they stay in the database.
pub const CHECKPOINT_URL: &str = "AUDIT_CHECKPOINT_URL";
/// Leaves of one checkpoint.
const BATCH: usize = 10_000;
/// Checkpoints of one run, so that it ends before its time is up; the cron job starts the next.
const MOST_BATCHES: usize = 20;

/// Body of `POST /audit-seal`: nothing to say.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SealRequest {}

/// Answer of `POST /audit-seal`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SealReport {
    /// Entries that this run has sealed.
    pub sealed: u64,
    /// Entries that are sealed by now.
    pub tree_size: u64,
    /// The latest checkpoint, a signed note of C2SP; none where nothing was ever sealed.
    pub checkpoint: Option<String>,
}

/// Seals what is there, up to 200,000 entries, and sends the latest checkpoint to where checkpoints go.
///
/// # Errors
/// `internal` where the last checkpoint is none that these keys have signed, or does not fit what the database goes on from;
/// `upstream_unavailable`, `upstream_timeout`, also where everything was sealed and nobody took the checkpoint: the next run
/// sends it again.
pub async fn seal(
    ports: &(impl Database + Checkpoints + Configured + Environment),
) -> Result<SealReport> {
    let keys = keys(ports)?;
    let url = checkpoint_url(ports)?;
    let mut report = SealReport::default();
    let mut is_published = false;
    for _ in 0..MOST_BATCHES {
        let taken =
            ports.call(&TakeAuditLeaves { p_limit: BATCH, p_is_sent: url.is_some() }).await?;
        let leaves = tree::parse_hashes(&taken.leaves).ok_or_else(malformed)?;
        let mut frontier = last(&keys, &taken)?;
        report.tree_size = taken.tree_size;
        report.checkpoint = taken.note;
        is_published = taken.is_published;
        if leaves.is_empty() {
            break;
        }
        for leaf in &leaves {
            frontier.push(*leaf);
        }
        let note = keys.sign(frontier.size(), &frontier.root());
        let function = RecordAuditCheckpoint {
            p_after: taken.tree_size,
            p_tree_size: frontier.size(),
            p_note: &note,
            p_mac: &note::mac(&ports.config().cron_key, &note),
        };
        if ports.call(&function).await? {
            report.sealed += leaves.len() as u64;
            report.tree_size = frontier.size();
            report.checkpoint = Some(note);
            is_published = false;
        }
        if leaves.len() < BATCH {
            break;
        }
    }
    if let (Some(url), Some(note), false) = (&url, &report.checkpoint, is_published) {
        ports.post_checkpoint(url, note).await?;
        ports.call(&AuditCheckpointPublished { p_tree_size: report.tree_size }).await?;
    }
    Ok(report)
}

/// Where the last checkpoint left off. It must be one that we signed: else whoever writes to the database could have us sign
/// another past.
fn last(keys: &AuditKeys, taken: &TakenLeaves) -> Result<Frontier> {
    let frontier = Frontier::parse(taken.tree_size, &taken.frontier).ok_or_else(malformed)?;
    match &taken.note {
        None if taken.tree_size == 0 => Ok(frontier),
        Some(note) if keys.has_signed(note, frontier.size(), &frontier.root()) => Ok(frontier),
        _ => Err(Error::internal(
            "the last checkpoint of the audit log is none that was signed here",
        )),
    }
}

/// Somebody on the way could keep a checkpoint back, unseen, and answer in its place: so it goes by TLS, but on this machine.
fn checkpoint_url(ports: &impl Environment) -> Result<Option<String>> {
    let url = ports.variable(CHECKPOINT_URL).map(|url| url.trim().to_owned());
    let url = url.filter(|url| !url.is_empty());
    let is_safe = |url: &String| {
        ["https://", "http://127.0.0.1:", "http://localhost:"]
            .iter()
            .any(|safe| url.starts_with(safe))
    };
    if url.as_ref().is_none_or(is_safe) {
        Ok(url)
    } else {
        Err(Error::internal([CHECKPOINT_URL, " is no https URL"].concat()))
    }
}

fn malformed() -> Error {
    Error::internal("the tree of the audit log is malformed")
}

/// Read with every run: there is one a minute.
fn keys(ports: &impl Environment) -> Result<AuditKeys> {
    let list = ports.variable(KEYS).unwrap_or_default();
    AuditKeys::parse(&list).map_err(|problem| Error::internal([KEYS, " ", problem].concat()))
}

#[cfg(test)]
mod tests;
