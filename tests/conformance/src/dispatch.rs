//! The dispatcher itself, from the queue to the mailer and back.

use std::collections::HashSet;

use chrono::TimeDelta;
use evenkeel_core::{
    SecretString,
    outbox::{DispatchReport, Stream, drain},
    ports::MailerError,
    testing::MailerFault,
    token::LinkToken,
};

use crate::subject::{Draft, Logged, Steps as _, Subject};

async fn run(subject: &impl Subject) -> DispatchReport {
    drain(subject, Stream::Mail).await.unwrap()
}

/// The addresses that were written to, each as often as it was.
fn recipients(subject: &impl Subject) -> Vec<String> {
    let mut all: Vec<_> = subject.delivered().into_iter().map(|mail| mail.to[0].clone()).collect();
    all.sort();
    all
}

fn expected(subject: &impl Subject, count: usize) -> Vec<String> {
    let address = |n| subject.address(&format!("person{n}")).as_str().to_owned();
    let mut all: Vec<_> = (1..=count).map(address).collect();
    all.sort();
    all
}

pub(crate) async fn everything_due_is_sent_once_and_logged(subject: &impl Subject) {
    let mails = subject.enqueue_many(250);
    let report = run(subject).await;
    assert_eq!((report.claimed, report.sent, report.batches), (250, 250, 3));
    assert_eq!((report.failed, report.skipped, report.deferred, report.remaining), (0, 0, 0, 0));
    assert_eq!(recipients(subject), expected(subject, 250));
    let logged: Vec<Logged> = mails.iter().map(|mail| subject.logged(*mail)).collect();
    assert!(logged.iter().all(|mail| mail.status == "sent"));
    let ids: HashSet<_> = logged.iter().filter_map(|mail| mail.message_id.as_ref()).collect();
    assert_eq!(ids.len(), 250);
    assert_eq!(run(subject).await.claimed, 0);
}

pub(crate) async fn a_lost_answer_is_repeated_and_sent_once(subject: &impl Subject) {
    let mails = subject.enqueue_many(3);
    subject.next_delivery(MailerFault::TakeAndLose);
    let first = run(subject).await;
    assert_eq!((first.sent, first.deferred), (0, 3));
    assert_eq!(subject.logged(mails[0]), Logged::queued());
    subject.advance(TimeDelta::minutes(5));
    assert_eq!(run(subject).await.sent, 3);
    assert_eq!(recipients(subject), expected(subject, 3));
}

pub(crate) async fn one_refused_address_costs_the_others_nothing(subject: &impl Subject) {
    let mails = subject.enqueue_many(20);
    subject.refuse_recipient(&subject.address("person7"));
    let report = run(subject).await;
    assert_eq!((report.sent, report.failed), (19, 1));
    assert_eq!(subject.logged(mails[6]), Logged::unsent("failed", "invalid"));
    assert_eq!(recipients(subject).len(), 19);
}

pub(crate) async fn a_rate_limit_is_waited_out(subject: &impl Subject) {
    subject.enqueue_many(2);
    let limited = MailerError::RateLimited { retry_after_seconds: Some(1) };
    subject.next_delivery(MailerFault::Refuse(limited));
    let report = run(subject).await;
    assert_eq!((report.sent, report.deferred), (2, 0));
    assert!(report.duration_ms >= 1_000);
}

/// A refusal that only an operator, or a new day, can end.
async fn pauses(subject: &impl Subject, refusal: MailerError, rest: TimeDelta) {
    subject.enqueue_many(3);
    subject.next_delivery(MailerFault::Refuse(refusal));
    let report = run(subject).await;
    assert_eq!((report.sent, report.deferred, report.failed), (0, 3, 0));
    subject.enqueue(&Draft::to(subject.address("person4")));
    let report = run(subject).await;
    assert_eq!((report.claimed, report.remaining), (0, 1));
    subject.advance(rest + TimeDelta::seconds(1));
    assert_eq!(run(subject).await.sent, 4);
    assert_eq!(recipients(subject), expected(subject, 4));
}

pub(crate) async fn a_used_up_quota_pauses_everything(subject: &impl Subject) {
    pauses(subject, MailerError::QuotaExceeded, TimeDelta::hours(1)).await;
}

pub(crate) async fn a_refused_key_pauses_everything(subject: &impl Subject) {
    pauses(subject, MailerError::SenderRefused, TimeDelta::minutes(10)).await;
}

pub(crate) async fn a_mail_with_a_link_is_sealed_and_sent(subject: &impl Subject) {
    subject.mail_link("ada");
    // The answer is lost: the repeat carries the same link.
    subject.next_delivery(MailerFault::TakeAndLose);
    assert_eq!(run(subject).await.sent, 0);
    subject.leases_run_out();
    let stored = subject.token_of_the_mail().await.token_hash;
    subject.leases_run_out();
    assert_eq!(run(subject).await.sent, 1);
    let delivered = subject.delivered();
    assert_eq!(delivered.len(), 1);
    let text = delivered[0].text.text();
    let (page, rest) = text.split_once("#token=").expect("a link");
    assert!(page.ends_with("/confirm-email"));
    let token = rest.split_whitespace().next().unwrap();
    let token = LinkToken::parse(&SecretString::new(token)).unwrap();
    assert_eq!(Some(token.hash()), stored);
}

pub(crate) async fn an_account_erased_between_two_tries_holds_nobody_up(subject: &impl Subject) {
    let token = subject.mail_link("ada");
    subject.next_delivery(MailerFault::Refuse(MailerError::Unavailable));
    assert_eq!(run(subject).await.deferred, 1);
    subject.erase_owner(token);
    subject.enqueue_many(2);
    subject.advance(TimeDelta::minutes(5));
    let report = run(subject).await;
    assert_eq!((report.sent, report.deferred), (2, 0));
    assert_eq!(recipients(subject), expected(subject, 2));
}
