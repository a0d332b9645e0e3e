//! Settling: what becomes of a batch, and who may say so.

use chrono::TimeDelta;
use evenkeel_core::outbox::{Batch, Outcome, Settled, Settlement};

use crate::subject::{Logged, Steps as _, Subject, ids, settlement};

fn retry(batch: &Batch, seconds: u32, spent: bool) -> Settlement {
    Settlement {
        retry_after_seconds: Some(seconds),
        spent: Some(spent),
        ..because(batch, Outcome::Retry, "unavailable")
    }
}

fn because(batch: &Batch, outcome: Outcome, code: &str) -> Settlement {
    Settlement { error_code: Some(code.to_owned()), ..settlement(batch, outcome) }
}

fn sent(batch: &Batch) -> Settlement {
    let message_ids = (0..batch.mails.len()).map(|index| format!("message-{index}")).collect();
    Settlement { message_ids, ..settlement(batch, Outcome::Sent) }
}

async fn nothing_is_due(subject: &impl Subject) -> bool {
    subject.claim().await.batches.is_empty()
}

pub(crate) async fn sent_mails_are_logged_with_their_ids(subject: &impl Subject) {
    let mails = subject.enqueue_many(3);
    let batch = subject.claim_one().await;
    assert_eq!(subject.logged(mails[0]), Logged::queued());
    // What was worth noting about a sent batch is no error of its mails.
    let settled = subject.settle(Settlement { error_code: Some("noted".into()), ..sent(&batch) });
    assert_eq!(settled.await, Settled { sent: 3, ..Settled::default() });
    for (index, mail) in mails.iter().enumerate() {
        assert_eq!(subject.logged(*mail), Logged::sent(&format!("message-{index}")));
    }
    subject.leases_run_out();
    assert!(nothing_is_due(subject).await);
}

pub(crate) async fn a_retry_waits_and_is_the_same_batch(subject: &impl Subject) {
    subject.enqueue_many(3);
    let first = subject.claim_one().await;
    let settled = subject.settle(retry(&first, 300, true)).await;
    assert_eq!(settled, Settled { retried: 3, ..Settled::default() });
    subject.seconds_pass(240);
    assert!(nothing_is_due(subject).await);
    subject.seconds_pass(61);
    let second = subject.claim_one().await;
    assert_eq!((second.id, ids(&second), second.attempt), (first.id, ids(&first), 2));
    assert_ne!(second.lease, first.lease);
}

pub(crate) async fn a_retry_that_spent_nothing_keeps_attempt_and_first_time(
    subject: &impl Subject,
) {
    subject.enqueue_many(1);
    let first = subject.claim_one().await;
    subject.settle(retry(&first, 3_600, false)).await;
    subject.seconds_pass(3_601);
    let second = subject.claim_one().await;
    assert_eq!((second.id, second.attempt), (first.id, 1));
    // The mailer remembers the key from the first time on, spent or not.
    assert!(second.age_seconds >= 3_600);
}

pub(crate) async fn a_retry_that_says_nothing_is_spent_and_waits_a_minute(subject: &impl Subject) {
    subject.enqueue_many(1);
    let batch = subject.claim_one().await;
    subject.settle(settlement(&batch, Outcome::Retry)).await;
    subject.seconds_pass(30);
    assert!(nothing_is_due(subject).await);
    subject.seconds_pass(31);
    assert_eq!(subject.claim_one().await.attempt, 2);
}

pub(crate) async fn halves_have_ids_of_their_own_and_are_due_at_once(subject: &impl Subject) {
    let mails = subject.enqueue_many(5);
    let whole = subject.claim_one().await;
    let settled = subject.settle(because(&whole, Outcome::Split, "invalid")).await;
    assert_eq!(settled, Settled { split: 5, ..Settled::default() });
    let mut halves = subject.claim().await.batches;
    halves.sort_by_key(ids);
    let parts: Vec<_> = halves.iter().map(|half| (ids(half), half.attempt)).collect();
    assert_eq!(parts, [(mails[..2].to_vec(), 1), (mails[2..].to_vec(), 1)]);
    assert!(halves.iter().all(|half| half.id != whole.id));
    assert_ne!(halves[0].id, halves[1].id);
    subject.leases_run_out();
    assert_eq!(subject.claim().await.batches.len(), 2, "the whole does not come back");
}

pub(crate) async fn a_single_mail_cannot_be_halved_and_fails(subject: &impl Subject) {
    let mails = subject.enqueue_many(1);
    let batch = subject.claim_one().await;
    let settled = subject.settle(because(&batch, Outcome::Split, "invalid")).await;
    assert_eq!(settled, Settled { failed: 1, ..Settled::default() });
    assert_eq!(subject.logged(mails[0]), Logged::unsent("failed", "invalid"));
}

pub(crate) async fn a_failed_mail_is_not_claimed_again(subject: &impl Subject) {
    let mails = subject.enqueue_many(2);
    let batch = subject.claim_one().await;
    let settled = subject.settle(because(&batch, Outcome::Failed, "attempts_exhausted")).await;
    assert_eq!(settled, Settled { failed: 2, ..Settled::default() });
    for mail in mails {
        assert_eq!(subject.logged(mail), Logged::unsent("failed", "attempts_exhausted"));
    }
    subject.leases_run_out();
    assert!(nothing_is_due(subject).await);
}

pub(crate) async fn a_failure_without_a_reason_is_unknown(subject: &impl Subject) {
    let mails = subject.enqueue_many(1);
    let batch = subject.claim_one().await;
    subject.settle(settlement(&batch, Outcome::Failed)).await;
    assert_eq!(subject.logged(mails[0]), Logged::unsent("failed", "unknown"));
}

pub(crate) async fn a_skipped_mail_is_not_claimed_again(subject: &impl Subject) {
    let mails = subject.enqueue_many(1);
    let batch = subject.claim_one().await;
    let settled = subject.settle(because(&batch, Outcome::Skipped, "not_needed")).await;
    assert_eq!(settled, Settled { skipped: 1, ..Settled::default() });
    assert_eq!(subject.logged(mails[0]), Logged::unsent("skipped", "not_needed"));
    subject.leases_run_out();
    assert!(nothing_is_due(subject).await);
}

fn pause(batch: &Batch, seconds: u32) -> Settlement {
    Settlement {
        retry_after_seconds: Some(seconds),
        // Whatever a caller says: a pause is nobody's attempt.
        spent: Some(true),
        ..because(batch, Outcome::Pause, "quota_exceeded")
    }
}

pub(crate) async fn a_pause_rests_everything_and_spends_nothing(subject: &impl Subject) {
    subject.enqueue_many(2);
    let first = subject.claim_one().await;
    let settled = subject.settle(pause(&first, 600)).await;
    assert_eq!(settled, Settled { retried: 2, ..Settled::default() });
    subject.enqueue_many(3);
    let claim = subject.claim().await;
    let rest = claim.paused_until.expect("a pause") - subject.now();
    assert!(rest <= TimeDelta::seconds(600) && rest > TimeDelta::seconds(500), "{rest}");
    assert!(claim.batches.is_empty() && claim.templates.is_empty());
    assert_eq!(claim.remaining, 3);
    subject.seconds_pass(601);
    let claim = subject.claim().await;
    assert!(claim.paused_until.is_none());
    let again = claim.batches.iter().find(|batch| batch.id == first.id).expect("the same batch");
    assert_eq!((ids(again), again.attempt), (ids(&first), 1));
    assert_eq!(claim.batches.len(), 2);
}

pub(crate) async fn a_shorter_pause_does_not_end_a_longer_one(subject: &impl Subject) {
    subject.enqueue_many(101);
    let batches = subject.claim().await.batches;
    assert_eq!(batches.len(), 2);
    subject.settle(pause(&batches[0], 3_600)).await;
    subject.settle(pause(&batches[1], 60)).await;
    subject.seconds_pass(600);
    assert!(subject.claim().await.paused_until.is_some());
}

pub(crate) async fn a_lost_lease_changes_nothing_and_is_counted_in_mails(subject: &impl Subject) {
    let mails = subject.enqueue_many(3);
    let mine = subject.claim_one().await;
    subject.leases_run_out();
    let theirs = subject.claim_one().await;
    assert_eq!(subject.settle(sent(&mine)).await, Settled { stale: 3, ..Settled::default() });
    assert_eq!(subject.logged(mails[0]), Logged::queued());
    assert_eq!(subject.settle(sent(&theirs)).await, Settled { sent: 3, ..Settled::default() });
}

pub(crate) async fn a_settled_batch_is_not_settled_again(subject: &impl Subject) {
    let mails = subject.enqueue_many(3);
    let batch = subject.claim_one().await;
    subject.settle(sent(&batch)).await;
    let again = subject.settle(sent(&batch)).await;
    assert_eq!(again, Settled { stale: 3, ..Settled::default() }, "counted by its ids");
    let failed = subject.settle(because(&batch, Outcome::Failed, "late")).await;
    assert_eq!(failed, Settled { stale: 1, ..Settled::default() }, "no ids, no count");
    assert_eq!(subject.logged(mails[0]), Logged::sent("message-0"));
}

pub(crate) async fn a_lease_that_nobody_took_over_may_be_settled_late(subject: &impl Subject) {
    subject.enqueue_many(1);
    let batch = subject.claim_one().await;
    subject.leases_run_out();
    assert_eq!(subject.settle(sent(&batch)).await, Settled { sent: 1, ..Settled::default() });
    assert!(nothing_is_due(subject).await);
}
