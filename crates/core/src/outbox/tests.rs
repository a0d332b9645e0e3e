mod lanes;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    ports::{MailerError, Pace},
    testing::{DatabaseFault, MailerFault, World},
};

fn world(mails: i64) -> World {
    let world = World::new();
    {
        let mut outbox = world.outbox.borrow_mut();
        outbox.templates.push(template("Hi {{name}}", "{{name}}"));
        for id in 1..=mails {
            outbox.enqueue(mail(id));
        }
    }
    world
}

fn template(subject: &str, text: &str) -> TemplateSource {
    TemplateSource {
        id: 1,
        key: "sample".to_owned(),
        locale: "en".to_owned(),
        version: 1,
        subject: subject.to_owned(),
        html: "<p>{{name}}</p>".to_owned(),
        text: text.to_owned(),
    }
}

fn mail(id: i64) -> QueuedMail {
    serde_json::from_value(json!({
        "id": id, "to": format!("person{id}@example.com"), "template_id": 1,
        "variables": { "name": format!("Person {id}") },
        "locale": "en", "time_zone": "UTC", "category": "booking", "token": null,
    }))
    .unwrap()
}

fn run(world: &World) -> DispatchReport {
    pollster::block_on(drain(world, Stream::Mail)).unwrap()
}

fn recipients(world: &World) -> Vec<String> {
    let mut recipients: Vec<_> =
        world.mailbox.borrow().sent.iter().map(|mail| mail.to[0].clone()).collect();
    recipients.sort();
    recipients
}

fn statuses(world: &World) -> Vec<&'static str> {
    world.outbox.borrow().mails.iter().map(|mail| mail.status).collect()
}

#[test]
fn everything_that_is_due_is_sent_in_one_run() {
    let world = world(250);
    let report = run(&world);
    assert_eq!((report.claimed, report.sent, report.batches), (250, 250, 3));
    assert_eq!(recipients(&world).len(), 250);
    assert!(statuses(&world).iter().all(|status| *status == "sent"));
}

#[test]
fn nothing_is_claimed_where_nobody_could_send() {
    let mut world = world(1);
    world.config.mail.from = "Müller, Schmidt & Co. hello@@evenkeel".to_owned();
    let error = pollster::block_on(drain(&world, Stream::Mail)).unwrap_err();
    assert_eq!(error.code(), crate::Code::Internal);
    assert_eq!(world.calls(), [""; 0]);
}

#[test]
fn an_empty_queue_is_a_report_of_zeros() {
    assert_eq!(run(&world(0)), DispatchReport::default());
}

/// A claim that worked requests for links off, which were nobody's, and left so many.
fn fruitless(remaining: u32) -> serde_json::Value {
    json!(Claim { remaining, ..Claim::default() })
}

#[test]
fn a_flood_of_requests_for_links_is_worked_off_in_one_run() {
    let world = world(1);
    for remaining in [2_500, 1_500, 500] {
        world.database.answer::<ClaimEmails>(fruitless(remaining));
    }
    let report = run(&world);
    assert_eq!((report.claimed, report.sent, report.remaining), (1, 1, 0));
}

#[test]
fn requests_that_nothing_can_be_done_about_end_the_run() {
    let world = world(0);
    for _ in 0..FRUITLESS_CLAIMS {
        world.database.answer::<ClaimEmails>(fruitless(5));
    }
    assert_eq!(run(&world).remaining, 5);
    assert_eq!(world.calls(), ["claim_emails"; 20]);
}

#[test]
fn a_claim_that_skips_or_defers_is_no_fruitless_one() {
    let world = world(0);
    let claims = FRUITLESS_CLAIMS + 1;
    for n in 0..claims {
        let (skipped, deferred) = (n % 2, 1 - n % 2);
        let claim = Claim { skipped, deferred, remaining: 5, ..Claim::default() };
        world.database.answer::<ClaimEmails>(json!(claim));
    }
    let report = run(&world);
    assert_eq!((report.skipped, report.deferred, report.remaining), (10, 11, 0));
}

#[test]
fn ids_are_kept_with_their_mails() {
    let world = world(2);
    run(&world);
    let ids: Vec<_> =
        world.outbox.borrow().mails.iter().map(|mail| mail.message_id.clone().unwrap()).collect();
    assert_eq!(ids, ["re_0", "re_1"]);
}

#[test]
fn a_lost_answer_is_repeated_under_the_same_key_and_sent_once() {
    let world = world(3);
    world.mailbox.borrow_mut().faults.push_back(Some(MailerFault::TakeAndLose));
    let first = run(&world);
    assert_eq!((first.sent, first.deferred), (0, 3));
    world.advance(TimeDelta::minutes(5));
    assert_eq!(run(&world).sent, 3);
    assert_eq!(recipients(&world).len(), 3);
}

#[test]
fn a_rate_limit_is_waited_out_within_the_run() {
    let world = world(3);
    let limited = MailerFault::Refuse(MailerError::RateLimited { retry_after_seconds: Some(2) });
    world.mailbox.borrow_mut().faults.push_back(Some(limited));
    let report = run(&world);
    assert_eq!((report.sent, report.duration_ms), (3, 2_000));
}

#[test]
fn a_rest_that_outlasts_the_lease_ends_the_run() {
    let world = world(3);
    let limited = MailerFault::Refuse(MailerError::RateLimited { retry_after_seconds: Some(200) });
    world.mailbox.borrow_mut().faults.push_back(Some(limited));
    assert_eq!((run(&world).sent, world.calls()), (0, vec!["claim_emails", "settle_emails"]));
    world.advance(TimeDelta::seconds(200));
    assert_eq!(run(&world).sent, 3);
}

#[test]
fn a_pace_is_heeded_until_its_window_is_new() {
    for (remaining, seconds) in [(0, 5), (1, 0)] {
        let (world, begun) = (World::new(), World::new().now());
        let (pacer, term) = (Pacer::default(), Term::new(begun, TimeDelta::seconds(60)));
        pacer.heed(Some(Pace { remaining, reset_seconds: 5 }), begun);
        assert!(pollster::block_on(pacer.admit(&world, term)));
        assert_eq!(world.now() - begun, TimeDelta::seconds(seconds));
        pacer.close();
        assert!(pacer.is_closed() && !pollster::block_on(pacer.admit(&world, term)));
    }
}

#[test]
fn a_clock_that_is_wrong_by_a_day_decides_nothing() {
    for hours in [-25, 25] {
        let world = world(200);
        world.ahead.set(TimeDelta::hours(hours));
        assert_eq!(run(&world).sent, 200, "{hours} hours ahead");
    }
}

#[test]
fn a_report_adds_up_what_was_written_down() {
    let mut report = DispatchReport::default();
    for _ in 0..2 {
        report.add_settled(Settled {
            sent: 1,
            failed: 2,
            skipped: 3,
            retried: 4,
            ..Settled::default()
        });
    }
    let DispatchReport { sent, failed, skipped, deferred, .. } = report;
    assert_eq!([sent, failed, skipped, deferred], [2, 4, 6, 8]);
}

#[test]
fn an_operator_hears_what_stops_the_sender_and_what_only_counts_as_sent() {
    let world = world(1);
    let claim = ClaimEmails { p_stream: Stream::Mail, p_limit: 1, p_lease_seconds: 60 };
    let claim = pollster::block_on(world.call(&claim)).unwrap();
    for (outcome, code, heard) in [
        (Outcome::Pause, Some("quota_exceeded"), Some("the mailer refuses: quota_exceeded")),
        (Outcome::Sent, Some("key_reused"), Some("counted as sent: key_reused")),
        (Outcome::Sent, None, None),
        (Outcome::Retry, Some("timeout"), None),
        (Outcome::Failed, Some("rejected"), None),
    ] {
        let pacer = Pacer::default();
        let settlement = Settlement {
            error_code: code.map(str::to_owned),
            ..settlement(&claim.batches[0], outcome)
        };
        heed(&world, &settlement, &pacer);
        let reports: Vec<_> = world.reports.borrow_mut().drain(..).collect();
        assert_eq!(reports, Vec::from_iter(heard.map(|word| format!("internal: outbox: {word}"))));
        assert_eq!(pacer.is_closed(), outcome == Outcome::Pause);
    }
}

#[test]
fn an_endless_rate_limit_ends_the_run_and_loses_nothing() {
    let world = world(1);
    let limited = MailerFault::Refuse(MailerError::RateLimited { retry_after_seconds: Some(30) });
    world.mailbox.borrow_mut().faults.extend(vec![Some(limited); 10]);
    assert_eq!(run(&world).sent, 0);
    world.mailbox.borrow_mut().faults.clear();
    world.advance(TimeDelta::minutes(2));
    assert_eq!(run(&world).sent, 1);
}

#[test]
fn a_used_up_quota_pauses_everything_and_spends_no_attempt() {
    let world = world(150);
    let quota = MailerFault::Refuse(MailerError::QuotaExceeded);
    world.mailbox.borrow_mut().faults.push_back(Some(quota));
    run(&world);
    assert_eq!(
        world.reports.borrow().as_slice(),
        ["internal: outbox: the mailer refuses: quota_exceeded"]
    );
    assert_eq!(run(&world).claimed, 0);
    world.advance(TimeDelta::minutes(61));
    run(&world);
    assert_eq!(recipients(&world).len(), 150);
}

#[test]
fn one_refused_address_costs_the_others_nothing() {
    let world = world(100);
    world.mailbox.borrow_mut().refused.push("person42@example.com".to_owned());
    let report = run(&world);
    assert_eq!((report.sent, report.failed), (99, 1));
    assert_eq!(statuses(&world)[41], "failed");
    assert_eq!(recipients(&world).len(), 99);
}

#[test]
fn one_mail_that_cannot_be_rendered_costs_the_others_nothing() {
    let world = world(10);
    world.outbox.borrow_mut().mails[6].mail.variables.clear();
    let report = run(&world);
    assert_eq!((report.sent, report.failed), (9, 1));
    assert_eq!(world.reports.borrow().as_slice(), ["internal: outbox: template 1: subject"]);
}

#[test]
fn a_settlement_that_cannot_be_written_is_made_good_by_the_next_owner() {
    let world = world(2);
    let faults = [
        None,
        Some(DatabaseFault::Before),
        Some(DatabaseFault::Before),
        Some(DatabaseFault::Before),
    ];
    world.database.faults.borrow_mut().extend(faults);
    let begun = world.now();
    assert!(pollster::block_on(drain(&world, Stream::Mail)).is_err());
    assert_eq!(
        world.now() - begun,
        TimeDelta::milliseconds(1_500),
        "it waits twice as long each time"
    );
    assert_eq!(statuses(&world), ["queued", "queued"]);
    assert_eq!(run(&world).claimed, 0, "the lease is still running");
    world.advance(TimeDelta::minutes(3));
    assert_eq!(run(&world).sent, 2);
    assert_eq!(recipients(&world).len(), 2);
}

#[test]
fn a_batch_is_given_up_before_its_key_is_forgotten() {
    let world = world(1);
    world.mailbox.borrow_mut().faults.extend(vec![Some(MailerFault::TakeAndLose); 1]);
    run(&world);
    world.advance(TimeDelta::hours(24));
    let report = run(&world);
    assert_eq!((report.sent, report.failed), (0, 1));
    assert_eq!(recipients(&world).len(), 1);
    assert_eq!(world.outbox.borrow().mails[0].error_code.as_deref(), Some("key_expired"));
}

#[test]
fn a_batch_is_handed_over_while_the_answer_can_still_be_settled_within_the_lease() {
    let world = world(0);
    assert_eq!(world.config().upstream_timeout_ms, 10_000);
    assert_eq!(time_to_send(&world), TimeDelta::seconds(120 - 21));
}

#[test]
fn a_link_is_sealed_before_it_is_mailed_and_the_same_on_every_try() {
    let world = world(0);
    let id = TokenId(uuid::Uuid::from_u128(7));
    {
        let mut outbox = world.outbox.borrow_mut();
        outbox.templates[0] = template("Hi", "{{link}}");
        let token = QueuedToken { purpose: Purpose::EmailVerification, id, token_hash: None };
        outbox.enqueue(QueuedMail { token: Some(token), ..mail(1) });
    }
    world.mailbox.borrow_mut().faults.push_back(Some(MailerFault::TakeAndLose));
    run(&world);
    let stored = world.outbox.borrow().tokens[&id].clone().unwrap();
    world.advance(TimeDelta::minutes(5));
    assert_eq!(run(&world).sent, 1);
    let mailbox = world.mailbox.borrow();
    assert_eq!(mailbox.sent.len(), 1);
    let text = mailbox.sent[0].text.text();
    let (page, token) = text.split_once("#token=").unwrap();
    assert_eq!(page, "https://app.test/confirm-email");
    assert_eq!(LinkToken::parse(&crate::SecretString::new(token)).unwrap().hash(), stored);
}

#[derive(Clone, Debug)]
enum Fault {
    Database(DatabaseFault),
    Mailer(MailerFault),
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::Database(DatabaseFault::Before)),
        Just(Fault::Database(DatabaseFault::After)),
        Just(Fault::Database(DatabaseFault::Late)),
        Just(Fault::Mailer(MailerFault::TakeAndLose)),
        Just(Fault::Mailer(MailerFault::Refuse(MailerError::Unavailable))),
        Just(Fault::Mailer(MailerFault::Refuse(MailerError::InProgress))),
        Just(Fault::Mailer(MailerFault::Refuse(MailerError::QuotaExceeded))),
        Just(Fault::Mailer(MailerFault::Refuse(MailerError::RateLimited {
            retry_after_seconds: None
        }))),
    ]
}

proptest! {
    #[test]
    fn whatever_fails_in_between_every_mail_is_sent_exactly_once(
        mails in prop_oneof![9 => 1i64..250, 1 => 1_001i64..1_100],
        faults in prop::collection::vec(prop::option::of(fault()), 0..12),
    ) {
        let world = world(mails);
        for fault in faults {
            let (database, mailer) = match fault {
                Some(Fault::Database(fault)) => (Some(fault), None),
                Some(Fault::Mailer(fault)) => (None, Some(fault)),
                None => (None, None),
            };
            world.database.faults.borrow_mut().push_back(database);
            world.mailbox.borrow_mut().faults.push_back(mailer);
        }
        for _ in 0..30 {
            let _ = pollster::block_on(drain(&world, Stream::Mail));
            world.advance(TimeDelta::minutes(20));
        }
        prop_assert!(statuses(&world).iter().all(|status| *status == "sent"), "{:?}", statuses(&world));
        let mut expected: Vec<_> = (1..=mails).map(|id| format!("person{id}@example.com")).collect();
        expected.sort();
        prop_assert_eq!(recipients(&world), expected);
    }
}
