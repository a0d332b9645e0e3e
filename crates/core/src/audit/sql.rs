//! The SQL functions of this domain.

use serde::{Deserialize, Serialize};

use crate::ports::SqlFunction;

/// Makes leaves of entries, and hands over those after the latest checkpoint.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct TakeAuditLeaves {
    pub p_limit: usize,
    pub p_is_sent: bool,
}

impl SqlFunction for TakeAuditLeaves {
    const NAME: &'static str = "take_audit_leaves";
    type Output = TakenLeaves;
}

/// The latest checkpoint, and what came after it.
#[derive(Debug, Deserialize)]
pub struct TakenLeaves {
    /// Leaves of the checkpoint.
    pub tree_size: u64,
    /// Its frontier, as [`super::Frontier`] writes it.
    pub frontier: String,
    /// The note itself, if there is one.
    pub note: Option<String>,
    /// Whether it was taken where checkpoints go.
    pub is_published: bool,
    /// The hashes of the leaves after it, one after the other.
    pub leaves: String,
}

/// Keeps a checkpoint. Answers whether it did: not where another run was faster.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct RecordAuditCheckpoint<'a> {
    pub p_after: u64,
    pub p_tree_size: u64,
    pub p_note: &'a str,
    pub p_mac: &'a str,
}

impl SqlFunction for RecordAuditCheckpoint<'_> {
    const NAME: &'static str = "record_audit_checkpoint";
    type Output = bool;
}

/// Notes that a checkpoint was taken where checkpoints go.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct AuditCheckpointPublished {
    pub p_tree_size: u64,
}

impl SqlFunction for AuditCheckpointPublished {
    const NAME: &'static str = "audit_checkpoint_published";
    type Output = ();
}
