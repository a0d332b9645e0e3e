//! Handing batches to the mailer: once under a key, all mails or none.

use evenkeel_core::{
    id::BatchId,
    json::Escaped,
    ports::{Mail, Mailer, MailerError},
    testing::MailerFault,
};

use crate::subject::Subject;

fn mails(subject: &impl Subject, count: usize) -> Vec<Mail> {
    let mail = |n| Mail {
        from: subject.config().mail.from.clone(),
        to: [subject.address(&format!("person{n}")).as_str().to_owned()],
        subject: format!("Mail {n}"),
        html: Escaped::of("<p>Hello</p>"),
        text: Escaped::of("Hello"),
        headers: None,
        tags: Vec::new(),
        attachments: None,
    };
    (1..=count).map(mail).collect()
}

fn key(subject: &impl Subject) -> BatchId {
    BatchId(subject.uuid())
}

async fn send(
    subject: &impl Subject,
    key: BatchId,
    mails: &[Mail],
) -> Result<Vec<String>, MailerError> {
    Mailer::send(subject, key, mails, false).await.result
}

pub(crate) async fn a_repeated_batch_is_answered_from_its_key(subject: &impl Subject) {
    for count in [1, 3] {
        let (key, mails) = (key(subject), mails(subject, count));
        let before = subject.delivered().len();
        let first = send(subject, key, &mails).await.unwrap();
        let mut distinct = first.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), count, "an id for every mail");
        assert_eq!(send(subject, key, &mails).await.unwrap(), first);
        assert_eq!(subject.delivered()[before..], mails);
    }
}

pub(crate) async fn a_key_with_another_body_is_refused(subject: &impl Subject) {
    let (key, mails) = (key(subject), mails(subject, 3));
    send(subject, key, &mails).await.unwrap();
    assert_eq!(send(subject, key, &mails[..2]).await, Err(MailerError::KeyReused));
    assert_eq!(subject.delivered().len(), 3);
}

pub(crate) async fn a_refused_recipient_refuses_the_batch(subject: &impl Subject) {
    let mails = mails(subject, 3);
    subject.refuse_recipient(&subject.address("person2"));
    assert_eq!(send(subject, key(subject), &mails).await, Err(MailerError::Invalid));
    assert_eq!(send(subject, key(subject), &mails[1..2]).await, Err(MailerError::Invalid));
    assert!(subject.delivered().is_empty());
    send(subject, key(subject), &mails[..1]).await.unwrap();
}

pub(crate) async fn a_refused_batch_may_be_tried_again_under_its_key(subject: &impl Subject) {
    let (key, mails) = (key(subject), mails(subject, 2));
    subject.next_delivery(MailerFault::Refuse(MailerError::Unavailable));
    assert_eq!(send(subject, key, &mails).await, Err(MailerError::Unavailable));
    assert_eq!(send(subject, key, &mails).await.unwrap().len(), 2);
}

pub(crate) async fn a_lost_answer_is_found_under_the_key(subject: &impl Subject) {
    let (key, mails) = (key(subject), mails(subject, 2));
    subject.next_delivery(MailerFault::TakeAndLose);
    let lost = send(subject, key, &mails).await;
    assert!(matches!(lost, Err(MailerError::Timeout | MailerError::Unavailable)), "{lost:?}");
    assert_eq!(send(subject, key, &mails).await.unwrap().len(), 2);
    assert_eq!(subject.delivered(), mails);
}

pub(crate) async fn every_refusal_is_told_from_the_others(subject: &impl Subject) {
    let mails = mails(subject, 2);
    for refusal in [
        MailerError::RateLimited { retry_after_seconds: Some(7) },
        MailerError::QuotaExceeded,
        MailerError::SenderRefused,
        MailerError::InProgress,
        MailerError::KeyReused,
        MailerError::Invalid,
        MailerError::Unavailable,
    ] {
        subject.next_delivery(MailerFault::Refuse(refusal.clone()));
        assert_eq!(send(subject, key(subject), &mails).await, Err(refusal));
    }
    assert!(subject.delivered().is_empty());
}
