//! The last look before a mail is frozen: is it still wanted, and now?

use chrono::TimeDelta;
use evenkeel_core::{outbox::Claim, testing::Suppression};

use crate::{
    subject::{Draft, Logged, Steps as _, Subject, sorted_ids},
    verification::ask,
};

fn draft(subject: &impl Subject, category: &'static str) -> Draft {
    Draft { category, ..Draft::to(subject.address("ada")) }
}

/// Claimed, skipped and deferred.
fn counts(claim: &Claim) -> (usize, u32, u32) {
    (sorted_ids(claim).len(), claim.skipped, claim.deferred)
}

pub(crate) async fn a_bounced_address_gets_nothing(subject: &impl Subject) {
    subject.suppress(&subject.address("ada"), Suppression::HardBounce);
    let mails = ["booking", "security"].map(|category| subject.enqueue(&draft(subject, category)));
    assert_eq!(counts(&subject.claim().await), (0, 2, 0));
    for mail in mails {
        assert_eq!(subject.logged(mail), Logged::unsent("skipped", "suppressed"));
    }
    assert_eq!(counts(&subject.claim().await), (0, 0, 0), "skipped is an end");
}

pub(crate) async fn an_unsubscribed_address_gets_security_mail_alone(subject: &impl Subject) {
    subject.suppress(&subject.address("ada"), Suppression::Unsubscribed);
    let [booking, security] =
        ["booking", "security"].map(|category| subject.enqueue(&draft(subject, category)));
    let claim = subject.claim().await;
    assert_eq!((sorted_ids(&claim), claim.skipped), (vec![security], 1));
    assert_eq!(subject.logged(booking), Logged::unsent("skipped", "suppressed"));
}

pub(crate) async fn an_unwanted_category_is_skipped(subject: &impl Subject) {
    let person = subject.member("ada").await;
    subject.switch_off(person, "reminder");
    let [reminder, booking, security] = ["reminder", "booking", "security"].map(|category| {
        subject.enqueue(&Draft { owner: Some(person), ..draft(subject, category) })
    });
    let claim = subject.claim().await;
    assert_eq!((sorted_ids(&claim), claim.skipped), (vec![booking, security], 1));
    assert_eq!(subject.logged(reminder), Logged::unsent("skipped", "preference_off"));
}

pub(crate) async fn quiet_hours_put_off_and_spend_no_attempt(subject: &impl Subject) {
    let person = subject.member("ada").await;
    subject.quiet(person, 3);
    let mail = subject.enqueue(&Draft { owner: Some(person), ..draft(subject, "booking") });
    let claim = subject.claim().await;
    assert_eq!((counts(&claim), claim.remaining), ((0, 0, 1), 0));
    assert_eq!(subject.logged(mail), Logged::queued());
    subject.advance(TimeDelta::hours(1));
    assert_eq!(counts(&subject.claim().await), (0, 0, 0), "it is not due before their end");
    subject.advance(TimeDelta::hours(3));
    let batch = subject.claim_one().await;
    assert_eq!((batch.mails[0].id, batch.attempt), (mail, 1));
}

pub(crate) async fn quiet_hours_do_not_hold_up_security_mail(subject: &impl Subject) {
    let person = subject.member("ada").await;
    subject.quiet(person, 3);
    let mail = subject.enqueue(&Draft { owner: Some(person), ..draft(subject, "security") });
    assert_eq!(sorted_ids(&subject.claim().await), [mail]);
}

pub(crate) async fn a_mail_whose_token_was_replaced_is_skipped(subject: &impl Subject) {
    subject.sign_up("ada").await;
    subject.seconds_pass(61);
    ask(subject, subject.address("ada")).await;
    let claim = subject.claim().await;
    assert_eq!(counts(&claim), (1, 1, 0), "of two mails the one with the older link");
}

pub(crate) async fn a_mail_whose_token_expired_is_skipped(subject: &impl Subject) {
    subject.sign_up("ada").await;
    subject.advance(TimeDelta::hours(25));
    assert_eq!(counts(&subject.claim().await), (0, 1, 0));
}

pub(crate) async fn a_mail_to_an_erased_account_is_skipped(subject: &impl Subject) {
    let person = subject.sign_up("ada").await;
    subject.delete_user(person).await.unwrap();
    assert_eq!(counts(&subject.claim().await), (0, 1, 0));
}
