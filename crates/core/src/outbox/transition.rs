//! The consequence of the mailer's answer. Pure, so that every case stands in a table.

use chrono::TimeDelta;

use super::sql::{Batch, Outcome, Settlement};
use crate::ports::{Delivery, MailerError};

/// After so many attempts a batch is given up.
pub(super) const MAX_ATTEMPTS: u32 = 12;
/// Resend forgets a key after 24 hours; past this, a repeat could arrive twice.
const KEY_LIFETIME: TimeDelta = TimeDelta::hours(23);
const FIRST_RETRY_SECONDS: u32 = 15;
const LONGEST_RETRY_SECONDS: u32 = 2 * 60 * 60;
/// A quota is a day's or a month's; a refused key waits for a person.
const QUOTA_PAUSE_SECONDS: u32 = 60 * 60;
const SENDER_PAUSE_SECONDS: u32 = 10 * 60;

/// The next step for a batch after an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Write this down.
    Settle(Settlement),
    /// Hand the same batch over once more, after so many seconds.
    Repeat(u32),
}

/// A batch that may not be handed over again, because its key is about to be
/// forgotten or its attempts are used up.
pub(super) fn give_up(batch: &Batch, since_claim: TimeDelta) -> Option<Settlement> {
    let age = TimeDelta::seconds(i64::from(batch.age_seconds)) + since_claim;
    let reason = if age > KEY_LIFETIME {
        "key_expired"
    } else if batch.attempt > MAX_ATTEMPTS {
        "attempts_exhausted"
    } else {
        return None;
    };
    Some(settlement(batch, Outcome::Failed).because(reason))
}

/// Decides what follows. `fraction` (0 to 1) spreads retries.
pub(super) fn decide(batch: &Batch, delivery: Delivery, fraction: f64) -> Step {
    let error = match delivery.result {
        Ok(message_ids) => {
            return Step::Settle(Settlement { message_ids, ..settlement(batch, Outcome::Sent) });
        }
        Err(error) => error,
    };
    let settle = |outcome| settlement(batch, outcome).because(error.code());
    Step::Settle(match error {
        MailerError::RateLimited { retry_after_seconds } => {
            return Step::Repeat(retry_after_seconds.unwrap_or(1).max(1));
        }
        MailerError::InProgress => settle(Outcome::Retry).after(FIRST_RETRY_SECONDS, false),
        MailerError::Unavailable | MailerError::Timeout => {
            settle(Outcome::Retry).after(backoff_seconds(batch.attempt, fraction), true)
        }
        MailerError::QuotaExceeded => settle(Outcome::Pause).after(QUOTA_PAUSE_SECONDS, false),
        MailerError::SenderRefused => settle(Outcome::Pause).after(SENDER_PAUSE_SECONDS, false),
        // A batch of this id was taken before: sending it under another key would send it twice.
        MailerError::KeyReused => settle(Outcome::Sent),
        MailerError::Invalid if batch.mails.len() > 1 => settle(Outcome::Split),
        MailerError::Invalid => settle(Outcome::Failed),
    })
}

/// Exponential, with "equal jitter": half is certain, half is spread.
fn backoff_seconds(attempt: u32, fraction: f64) -> u32 {
    let whole = FIRST_RETRY_SECONDS
        .saturating_mul(1 << attempt.saturating_sub(1).min(16))
        .min(LONGEST_RETRY_SECONDS);
    let half = whole / 2;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and half of two hours"
    )]
    let spread = (f64::from(whole - half) * fraction.clamp(0.0, 1.0)) as u32;
    half + spread
}

pub(super) fn settlement(batch: &Batch, outcome: Outcome) -> Settlement {
    Settlement {
        batch_id: batch.id,
        lease: batch.lease,
        outcome,
        message_ids: Vec::new(),
        error_code: None,
        retry_after_seconds: None,
        spent: None,
    }
}

impl Settlement {
    pub(super) fn because(mut self, code: &str) -> Self {
        self.error_code = Some(code.to_owned());
        self
    }

    pub(super) fn after(mut self, seconds: u32, spent: bool) -> Self {
        self.retry_after_seconds = Some(seconds);
        self.spent = Some(spent);
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        id::{BatchId, LeaseId},
        outbox::sql::QueuedMail,
    };

    fn batch(mails: usize, attempt: u32) -> Batch {
        let mail = QueuedMail {
            id: 1,
            to: "ada@example.com".to_owned(),
            template_id: 1,
            variables: [].into(),
            locale: "en".to_owned(),
            time_zone: "UTC".to_owned(),
            category: "booking".to_owned(),
            unsubscribe: None,
            token: None,
        };
        Batch {
            id: BatchId(uuid::Uuid::nil()),
            lease: LeaseId(uuid::Uuid::nil()),
            attempt,
            age_seconds: 60,
            shared: mails > 1,
            mails: vec![mail; mails],
        }
    }

    fn step(mails: usize, error: MailerError) -> String {
        match decide(&batch(mails, 1), Delivery { result: Err(error), pace: None }, 1.0) {
            Step::Repeat(seconds) => format!("repeat after {seconds}"),
            Step::Settle(settlement) => format!(
                "{:?} {} {:?} {:?}",
                settlement.outcome,
                settlement.error_code.unwrap(),
                settlement.retry_after_seconds,
                settlement.spent
            ),
        }
    }

    #[test]
    fn a_batch_is_given_up_after_its_last_attempt_and_its_key_s_last_moment() {
        let at = |attempt, age: TimeDelta| {
            let given_up = give_up(&batch(1, attempt), age - TimeDelta::seconds(60));
            given_up.map(|settlement| settlement.error_code.unwrap())
        };
        let (last, moment) = (MAX_ATTEMPTS, TimeDelta::milliseconds(1));
        assert_eq!(at(last, KEY_LIFETIME), None);
        assert_eq!(at(last + 1, KEY_LIFETIME).as_deref(), Some("attempts_exhausted"));
        assert_eq!(at(last, KEY_LIFETIME + moment).as_deref(), Some("key_expired"));
    }

    #[test]
    fn every_refusal_has_its_consequence() {
        let cases = [
            (100, MailerError::RateLimited { retry_after_seconds: Some(3) }, "repeat after 3"),
            (100, MailerError::RateLimited { retry_after_seconds: None }, "repeat after 1"),
            (100, MailerError::InProgress, "Retry in_progress Some(15) Some(false)"),
            (100, MailerError::Unavailable, "Retry unavailable Some(15) Some(true)"),
            (100, MailerError::Timeout, "Retry timeout Some(15) Some(true)"),
            (100, MailerError::QuotaExceeded, "Pause quota_exceeded Some(3600) Some(false)"),
            (100, MailerError::SenderRefused, "Pause sender_refused Some(600) Some(false)"),
            (100, MailerError::KeyReused, "Sent key_reused None None"),
            (100, MailerError::Invalid, "Split invalid None None"),
            (1, MailerError::Invalid, "Failed invalid None None"),
        ];
        for (mails, error, expected) in cases {
            assert_eq!(step(mails, error), expected);
        }
    }

    #[test]
    fn a_key_is_never_used_beyond_its_life() {
        let (fresh, late) = (TimeDelta::hours(22), TimeDelta::hours(24));
        assert_eq!(give_up(&batch(1, 2), fresh), None);
        assert_eq!(give_up(&batch(1, 2), late).unwrap().error_code.unwrap(), "key_expired");
        assert_eq!(
            give_up(&batch(1, MAX_ATTEMPTS + 1), fresh).unwrap().error_code.unwrap(),
            "attempts_exhausted"
        );
    }

    proptest! {
        #[test]
        fn a_retry_waits_at_least_half_and_at_most_the_whole_step(attempt in 1u32..40, fraction in 0.0f64..=1.0) {
            let seconds = backoff_seconds(attempt, fraction);
            let whole = (15u64 << (attempt - 1).min(16)).min(7200);
            prop_assert!(u64::from(seconds) >= whole / 2 && u64::from(seconds) <= whole);
        }

        #[test]
        fn all_attempts_fit_into_the_life_of_the_key(fraction in 0.0f64..=1.0) {
            let total: u32 = (1..=MAX_ATTEMPTS).map(|attempt| backoff_seconds(attempt, fraction)).sum();
            prop_assert!(i64::from(total) < KEY_LIFETIME.num_seconds());
        }
    }
}
