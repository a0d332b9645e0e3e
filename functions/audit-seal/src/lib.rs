//! `audit-seal`: seals the audit log as a Merkle tree, and signs its checkpoints.
//!
//! For `pg_cron`, by `CRON_SECRET_KEY`; the keys that sign are `AUDIT_KEYS`. Runs may overlap: of two that go on from the
//! same checkpoint, the database keeps what the first one records.

use evenkeel_core::audit::{operations, seal};

evenkeel_edge::function! {
    operations::SEAL => |edge, _call| edge.monitored(seal(edge)),
}
