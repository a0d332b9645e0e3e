//! The operation of this domain.

use super::{SealReport, SealRequest};
use crate::operation::{Body, Cron, Operation, operations};

operations! {
    /// Seals entries.
    SEAL: Operation<Cron, Body<SealRequest>, SealReport> = Operation::new("audit-seal", "/")
        .about(
            "Seal the audit log",
            "Entries become leaves of a Merkle tree, up to 200,000 in a run, and its root is signed: a checkpoint. The latest \
             is sent to `AUDIT_CHECKPOINT_URL`, where there is one. Runs may overlap.",
        );
}
