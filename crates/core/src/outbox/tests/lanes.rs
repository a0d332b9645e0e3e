//! A run with more than one claim holds works in three lanes.

use super::*;

const CLAIM: i64 = CLAIM_LIMIT as i64;

fn fails(world: &World) {
    assert!(pollster::block_on(drain(world, Stream::Mail)).is_err());
}

fn sent(world: &World) -> usize {
    statuses(world).iter().filter(|status| **status == "sent").count()
}

fn claims(world: &World) -> usize {
    world.calls().iter().filter(|name| **name == "claim_emails").count()
}

#[test]
fn further_lanes_are_opened_only_where_one_claim_leaves_mails() {
    for (mails, expected) in [(1, 2), (CLAIM, 2), (CLAIM + 1, 5)] {
        let world = world(mails);
        assert_eq!(i64::from(run(&world).sent), mails);
        assert_eq!(claims(&world), expected, "{mails}");
    }
}

#[test]
fn halves_are_sent_in_the_same_run_however_late_they_are_written_down() {
    for mails in [100, CLAIM + 100] {
        let world = world(mails);
        world.mailbox.borrow_mut().refused.push("person42@example.com".to_owned());
        let late = Some(DatabaseFault::Late);
        let faults = if mails > CLAIM { vec![None, None, late] } else { vec![None, late] };
        world.database.faults.borrow_mut().extend(faults);
        let report = run(&world);
        assert_eq!((i64::from(report.sent), report.failed), (mails - 1, 1));
    }
}

#[test]
fn a_settlement_that_fails_strands_nothing_that_another_lane_holds() {
    let world = world(2 * CLAIM + 500);
    world.database.fail::<SettleEmails>(DatabaseError::Malformed("settle_emails"));
    fails(&world);
    let left = world.outbox.borrow().mails.len() - sent(&world);
    assert_eq!(left, CLAIM_LIMIT as usize, "of the claim that could not be settled alone");
    world.advance(TimeDelta::minutes(3));
    run(&world);
    assert_eq!((sent(&world), recipients(&world).len()), (2_500, 2_500));
}

#[test]
fn a_claim_that_fails_cuts_no_settlement_short() {
    let world = world(3 * CLAIM);
    world.database.faults.borrow_mut().extend([None, Some(DatabaseFault::Before)]);
    fails(&world);
    assert_eq!(sent(&world), 3_000);
}

#[test]
fn no_lane_claims_once_time_is_up() {
    let world = world(4 * CLAIM);
    let limited = MailerFault::Refuse(MailerError::RateLimited { retry_after_seconds: Some(51) });
    world.mailbox.borrow_mut().faults.push_back(Some(limited));
    let report = run(&world);
    assert_eq!((report.sent, claims(&world)), (3_000, 3));
}

#[test]
fn what_one_lane_may_not_send_the_others_put_back_at_once() {
    let world = world(3 * CLAIM);
    let quota = MailerFault::Refuse(MailerError::QuotaExceeded);
    world.mailbox.borrow_mut().faults.push_back(Some(quota));
    let report = run(&world);
    assert_eq!((report.sent + report.deferred, claims(&world)), (3_000, 3));
    world.advance(TimeDelta::minutes(61));
    assert_eq!(run(&world).sent + report.sent, 3_000);
}
