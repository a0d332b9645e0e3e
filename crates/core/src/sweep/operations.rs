//! The operation of this domain.

use super::{SweepReport, SweepRequest};
use crate::operation::{Body, Cron, Operation, operations};

operations! {
    /// Removes files.
    SWEEP: Operation<Cron, Body<SweepRequest>, SweepReport> = Operation::new("storage-sweep", "/")
        .about(
            "Remove files that belong to nobody",
            "One run of up to a thousand files of documents that no row names any more. Runs may overlap.",
        );
}
