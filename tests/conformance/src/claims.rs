//! Claiming: what a dispatcher is handed, and what it is not.

use evenkeel_core::{id::BatchId, outbox::Stream, ports::DatabaseError};

use crate::subject::{Draft, Steps as _, Subject, claim_of, ids, sorted_ids};

pub(crate) async fn an_empty_queue_is_an_empty_claim(subject: &impl Subject) {
    let claim = subject.claim().await;
    assert_eq!((claim.skipped, claim.deferred, claim.remaining), (0, 0, 0));
    assert!(claim.paused_until.is_none());
    assert!(claim.batches.is_empty() && claim.templates.is_empty());
}

pub(crate) async fn mails_are_frozen_in_their_order(subject: &impl Subject) {
    let mails = subject.enqueue_many(5);
    let claim = subject.claim().await;
    assert_eq!(claim.batches.len(), 1);
    let batch = &claim.batches[0];
    assert_eq!((ids(batch), batch.attempt), (mails, 1));
    assert!(batch.age_seconds < 60);
    let first = &batch.mails[0];
    assert_eq!(first.to, subject.address("person1").as_str());
    assert_eq!((first.locale.as_str(), first.time_zone.as_str()), ("en", "UTC"));
    assert_eq!(first.category, "booking");
    assert_eq!(first.variables["recipient_name"], "Ada");
    assert!(first.token.is_none());
    let templates: Vec<_> = claim.templates.iter().map(|template| template.id).collect();
    assert_eq!(templates, [first.template_id], "each template that is used, once");
    assert_eq!(claim.templates[0].key, "booking_reminder");
}

pub(crate) async fn a_batch_holds_a_hundred_mails(subject: &impl Subject) {
    let mails = subject.enqueue_many(250);
    let claim = subject.claim().await;
    let mut sizes: Vec<_> = claim.batches.iter().map(|batch| batch.mails.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [50, 100, 100]);
    assert_eq!(sorted_ids(&claim), mails);
    assert!(claim.batches.iter().all(|batch| ids(batch).is_sorted()));
}

pub(crate) async fn a_claimed_batch_belongs_to_its_claimer(subject: &impl Subject) {
    subject.enqueue_many(3);
    let batch = subject.claim_one().await;
    assert_eq!(batch.mails.len(), 3);
    subject.seconds_pass(60);
    let claim = subject.claim().await;
    assert!(claim.batches.is_empty());
    assert_eq!(claim.remaining, 0, "what is leased is not left over");
}

pub(crate) async fn a_lease_that_ran_out_hands_out_the_same_batch(subject: &impl Subject) {
    subject.enqueue_many(3);
    let first = subject.claim_one().await;
    subject.leases_run_out();
    let second = subject.claim_one().await;
    assert_eq!((second.id, ids(&second)), (first.id, ids(&first)));
    assert_ne!(second.lease, first.lease);
    assert_eq!((first.attempt, second.attempt), (1, 2));
    assert!(second.age_seconds >= 120, "the first attempt keeps its time");
}

pub(crate) async fn a_limit_counts_mails_and_the_rest_remains(subject: &impl Subject) {
    let mails = subject.enqueue_many(5);
    let claim = subject.claim_at_most(2).await;
    assert_eq!((sorted_ids(&claim), claim.remaining), (mails[..2].to_vec(), 3));
    let claim = subject.claim_at_most(5).await;
    assert_eq!((sorted_ids(&claim), claim.remaining), (mails[2..].to_vec(), 0));
}

pub(crate) async fn a_batch_is_never_cut(subject: &impl Subject) {
    subject.enqueue_many(3);
    let first = subject.claim_one().await;
    subject.leases_run_out();
    let claim = subject.claim_at_most(1).await;
    assert_eq!(claim.batches.len(), 1);
    assert_eq!(ids(&claim.batches[0]), ids(&first));
}

pub(crate) async fn batches_that_wait_go_before_new_ones(subject: &impl Subject) {
    let older = subject.enqueue_many(2);
    subject.claim_one().await;
    let newer: Vec<i64> =
        (0..3).map(|_| subject.enqueue(&Draft::to(subject.address("late")))).collect();
    subject.leases_run_out();
    let claim = subject.claim_at_most(3).await;
    assert_eq!((sorted_ids(&claim), claim.remaining), ([&older[..], &newer[..1]].concat(), 2));
}

pub(crate) async fn security_mail_goes_first(subject: &impl Subject) {
    subject.enqueue_many(2);
    let urgent = Draft { category: "security", ..Draft::to(subject.address("urgent")) };
    let urgent = subject.enqueue(&urgent);
    assert_eq!(sorted_ids(&subject.claim_at_most(1).await), [urgent]);
}

pub(crate) async fn a_mail_with_a_link_travels_alone(subject: &impl Subject) {
    subject.mail_link("ada");
    subject.mail_link("bob");
    let mails = subject.enqueue_many(2);
    let claim = subject.claim().await;
    let (alone, shared): (Vec<_>, Vec<_>) =
        claim.batches.iter().partition(|batch| batch.mails.len() == 1);
    assert_eq!((alone.len(), shared.len()), (2, 1));
    assert!(alone.iter().all(|batch| batch.mails[0].token.is_some()));
    assert_eq!(ids(shared[0]), mails);
    let mut batches: Vec<BatchId> = claim.batches.iter().map(|batch| batch.id).collect();
    batches.dedup();
    assert_eq!(batches.len(), 3, "each under a key of its own");
}

pub(crate) async fn a_mail_with_a_calendar_entry_travels_alone(subject: &impl Subject) {
    let entry = |name| Draft { has_calendar: true, ..Draft::to(subject.address(name)) };
    let alone = ["ada", "bob"].map(|name| subject.enqueue(&entry(name)));
    let mails = subject.enqueue_many(2);
    let claim = subject.claim().await;
    let (single, shared): (Vec<_>, Vec<_>) =
        claim.batches.iter().partition(|batch| batch.mails.len() == 1);
    let mut single: Vec<_> = single.into_iter().flat_map(ids).collect();
    single.sort_unstable();
    assert_eq!(single, alone);
    assert_eq!((shared.len(), ids(shared[0])), (1, mails));
}

pub(crate) async fn every_stream_has_its_own_mails(subject: &impl Subject) {
    let mails = subject.enqueue_many(1);
    let draft = Draft { stream: Stream::Reminder, ..Draft::to(subject.address("ada")) };
    let reminder = subject.enqueue(&draft);
    let claim = subject.call(&claim_of(Stream::Reminder, 10)).await.unwrap();
    assert_eq!((sorted_ids(&claim), claim.remaining), (vec![reminder], 0));
    assert_eq!(sorted_ids(&subject.claim().await), mails);
}

pub(crate) async fn an_impossible_claim_is_refused(subject: &impl Subject) {
    for limit in [0, 5_001] {
        match subject.call(&claim_of(Stream::Mail, limit)).await {
            Err(DatabaseError::Refused { code, .. }) => assert_eq!(code, "22023"),
            answer => panic!("a limit of {limit} was answered with {answer:?}"),
        }
    }
}
