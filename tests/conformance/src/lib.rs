//! One suite for the parts of the core's ports that tests play in memory, and for the real ones.
//!
//! A case is a promise of the outbox, the mailer or Auth, stated against a [`Subject`]: whatever has
//! the ports, and can set the scene. `tests/memory.rs` runs the cases against
//! [`evenkeel_core::testing::World`], `tests/stack.rs` (feature `stack`) against
//! the running platform, with the very wire code that the functions carry:
//! [`evenkeel_core::upstream`] over a native HTTP client. A promise that holds in
//! one and not in the other is a defect of one of them.
//!
//! Every other rule of the data has one home, the database, and its tests there.
//! `tests/wire` calls each SQL function on the running platform, so that the types of
//! [`evenkeel_core`] and the database mean the same.
//!
//! To add a case: a function in its module, its name in the list below. The
//! compiler complains of a function that is not in the list.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod claims;
mod dispatch;
mod identity;
mod mailer;
mod memory;
mod sealing;
mod settlements;
#[cfg(feature = "stack")]
mod stack;
mod subject;

#[cfg(feature = "stack")]
pub use self::stack::{SealedLog, Stack};
pub use self::{
    memory::memory,
    subject::{Draft, Logged, Subject, claim_of, settlement},
};

/// Runs one case.
pub fn run<S: Subject>(subject: &S, case: impl AsyncFnOnce(&S)) {
    pollster::block_on(case(subject));
}

macro_rules! suite {
    ($dollar:tt $($module:ident: $($case:ident)*;)*) => {
        /// Every case, as a function of the subject.
        #[allow(missing_docs, reason = "the name of a case is its rule")]
        pub mod cases {
            $(pub mod $module {
                use crate::Subject;

                $(pub async fn $case<S: Subject>(subject: &S) {
                    crate::$module::$case(subject).await;
                })*
            })*
        }

        /// Makes a test of every case, with a subject from `$open`.
        #[macro_export]
        macro_rules! conformance {
            ($dollar open:path) => {
                $(mod $module {
                    $(#[test]
                    fn $case() {
                        $dollar crate::run(&$dollar open(), $dollar crate::cases::$module::$case);
                    })*
                })*
            };
        }
    };
}

suite! { $
    claims:
        an_empty_queue_is_an_empty_claim
        mails_are_frozen_in_their_order
        a_batch_holds_a_hundred_mails
        a_claimed_batch_belongs_to_its_claimer
        a_lease_that_ran_out_hands_out_the_same_batch
        a_limit_counts_mails_and_the_rest_remains
        a_batch_is_never_cut
        batches_that_wait_go_before_new_ones
        security_mail_goes_first
        a_mail_with_a_link_travels_alone
        a_mail_with_a_calendar_entry_travels_alone
        every_stream_has_its_own_mails
        an_impossible_claim_is_refused;
    sealing:
        the_first_hash_stays
        a_claim_shows_the_stored_hash
        a_token_that_is_gone_has_no_hash;
    settlements:
        sent_mails_are_logged_with_their_ids
        a_retry_waits_and_is_the_same_batch
        a_retry_that_spent_nothing_keeps_attempt_and_first_time
        a_retry_that_says_nothing_is_spent_and_waits_a_minute
        halves_have_ids_of_their_own_and_are_due_at_once
        a_single_mail_cannot_be_halved_and_fails
        a_failed_mail_is_not_claimed_again
        a_failure_without_a_reason_is_unknown
        a_skipped_mail_is_not_claimed_again
        a_pause_rests_everything_and_spends_nothing
        a_shorter_pause_does_not_end_a_longer_one
        a_lost_lease_changes_nothing_and_is_counted_in_mails
        a_settled_batch_is_not_settled_again
        a_lease_that_nobody_took_over_may_be_settled_late;
    mailer:
        a_repeated_batch_is_answered_from_its_key
        a_key_with_another_body_is_refused
        a_refused_recipient_refuses_the_batch
        a_refused_batch_may_be_tried_again_under_its_key
        a_lost_answer_is_found_under_the_key
        every_refusal_is_told_from_the_others;
    dispatch:
        everything_due_is_sent_once_and_logged
        a_lost_answer_is_repeated_and_sent_once
        one_refused_address_costs_the_others_nothing
        a_rate_limit_is_waited_out
        a_used_up_quota_pauses_everything
        a_refused_key_pauses_everything
        a_mail_with_a_link_is_sealed_and_sent
        an_account_erased_between_two_tries_holds_nobody_up;
    identity:
        an_account_is_created_once
        confirming_twice_changes_nothing
        an_account_may_be_confirmed_from_the_start
        an_account_has_the_id_that_was_chosen
        nobody_is_not_found
        a_short_password_is_weak
        a_password_too_long_for_bcrypt_is_refused
        a_good_password_is_taken_and_confirms_the_address
        another_address_is_taken_unless_somebody_has_it
        an_erased_account_is_gone_and_its_address_free;
}
