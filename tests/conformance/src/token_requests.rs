//! Asking for another verification mail.

use chrono::TimeDelta;
use evenkeel_core::{
    outbox::{Claim, Outcome},
    testing::Suppression,
};

use crate::{
    subject::{Steps as _, Subject, settlement},
    verification::ask,
};

/// Settles a claim as sent, so that nothing of it comes back.
async fn send(subject: &impl Subject, claim: &Claim) {
    for batch in &claim.batches {
        subject.settle(settlement(batch, Outcome::Sent)).await;
    }
}

/// How many mails are due for an address; they are sent.
async fn mails_to(subject: &impl Subject, name: &str) -> usize {
    let claim = subject.claim().await;
    send(subject, &claim).await;
    let address = subject.address(name);
    let mails = claim.batches.iter().flat_map(|batch| &batch.mails);
    mails.filter(|mail| mail.to == address.as_str()).count()
}

/// Somebody whose first mail is long sent.
async fn waiting(subject: &impl Subject, name: &str) {
    subject.sign_up(name).await;
    assert_eq!(mails_to(subject, name).await, 1);
    subject.advance(TimeDelta::hours(2));
}

pub(crate) async fn every_address_gets_the_same_answer(subject: &impl Subject) {
    subject.sign_up("unconfirmed").await;
    subject.member("confirmed").await;
    subject.suppress(&subject.address("suppressed"), Suppression::HardBounce);
    for name in ["unconfirmed", "unconfirmed", "confirmed", "suppressed", "unknown"] {
        ask(subject, subject.address(name)).await;
    }
}

pub(crate) async fn an_unconfirmed_account_gets_one_mail(subject: &impl Subject) {
    waiting(subject, "ada").await;
    ask(subject, subject.address("ada")).await;
    ask(subject, subject.address("ada")).await;
    assert_eq!(mails_to(subject, "ada").await, 1);
    assert_eq!(mails_to(subject, "ada").await, 0);
}

/// Asking twice before a dispatcher looks is asking once, and a claim says what it left.
pub(crate) async fn no_request_is_left_behind(subject: &impl Subject) {
    for _ in 0..3 {
        ask(subject, subject.address("unknown")).await;
    }
    assert_eq!(subject.claim().await.remaining, 0);
}

pub(crate) async fn nobody_else_gets_a_mail(subject: &impl Subject) {
    subject.member("confirmed").await;
    for name in ["confirmed", "unknown"] {
        ask(subject, subject.address(name)).await;
    }
    assert_eq!(subject.claim().await.batches.len(), 0);
}

pub(crate) async fn an_address_cools_down_for_a_minute(subject: &impl Subject) {
    waiting(subject, "ada").await;
    for (seconds, mails) in [(0, 1), (30, 0), (31, 1)] {
        subject.seconds_pass(seconds);
        ask(subject, subject.address("ada")).await;
        assert_eq!(mails_to(subject, "ada").await, mails, "after {seconds} seconds more");
    }
}

pub(crate) async fn an_address_gets_five_mails_an_hour(subject: &impl Subject) {
    waiting(subject, "ada").await;
    for mails in [1, 1, 1, 1, 1, 0] {
        ask(subject, subject.address("ada")).await;
        assert_eq!(mails_to(subject, "ada").await, mails);
        subject.seconds_pass(61);
    }
    subject.advance(TimeDelta::hours(1));
    ask(subject, subject.address("ada")).await;
    assert_eq!(mails_to(subject, "ada").await, 1);
}

pub(crate) async fn the_mail_of_a_sign_up_is_one_of_five(subject: &impl Subject) {
    subject.sign_up("ada").await;
    assert_eq!(mails_to(subject, "ada").await, 1);
    for mails in [1, 1, 1, 1, 0] {
        subject.seconds_pass(61);
        ask(subject, subject.address("ada")).await;
        assert_eq!(mails_to(subject, "ada").await, mails);
    }
}

pub(crate) async fn requests_are_looked_at_while_sending_is_paused(subject: &impl Subject) {
    waiting(subject, "ada").await;
    subject.enqueue_many(1);
    let batch = subject.claim_one().await;
    let mut pause = settlement(&batch, Outcome::Pause);
    pause.retry_after_seconds = Some(600);
    subject.settle(pause).await;
    ask(subject, subject.address("ada")).await;
    let claim = subject.claim().await;
    assert!(claim.paused_until.is_some() && claim.batches.is_empty());
    assert_eq!(claim.remaining, 1, "the mail that was asked for waits");
}
