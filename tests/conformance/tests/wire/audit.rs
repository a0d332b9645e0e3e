//! The functions of the audit log. It is sealed meanwhile: so nothing is recorded here.

use evenkeel_conformance::Stack;
use evenkeel_core::audit::{
    AuditCheckpointPublished, RecordAuditCheckpoint, TakeAuditLeaves, TakenLeaves,
};

use crate::call;

/// More leaves than there ever are.
const FAR: u64 = 1 << 40;

pub(crate) async fn take_audit_leaves(stack: &Stack) -> Vec<TakenLeaves> {
    let taken = call(stack, &TakeAuditLeaves { p_limit: 10, p_is_sent: false }).await;
    assert!(taken.leaves.len() <= 640 && taken.leaves.len().is_multiple_of(64));
    vec![taken]
}

pub(crate) async fn record_audit_checkpoint(stack: &Stack) -> Vec<bool> {
    let function = RecordAuditCheckpoint {
        p_after: FAR,
        p_tree_size: FAR + 1,
        p_note: "a note",
        p_mac: "a code",
    };
    let kept = call(stack, &function).await;
    assert!(!kept, "there is no such checkpoint to go on from");
    vec![kept]
}

pub(crate) async fn audit_checkpoint_published(stack: &Stack) -> Vec<()> {
    vec![call(stack, &AuditCheckpointPublished { p_tree_size: 1 }).await]
}
