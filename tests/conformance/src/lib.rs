//! One suite for every implementation of the core's ports.
//!
//! A case is a rule of the product, stated against a [`Subject`]: whatever has
//! the ports, and can set the scene. `tests/memory.rs` runs the cases against
//! [`evenkeel_core::testing::World`], `tests/stack.rs` (feature `stack`) against
//! the running platform, with the very wire code that the functions carry:
//! [`evenkeel_core::upstream`] over a native HTTP client. A rule that holds in
//! one and not in the other is a defect of one of them.
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
mod documents;
mod email_change;
mod identity;
mod invitations;
mod mailer;
mod memory;
mod password_reset;
mod plans;
mod screening;
mod sealing;
mod settlements;
#[cfg(feature = "stack")]
mod stack;
mod subject;
mod token_requests;
mod verification;

#[cfg(feature = "stack")]
pub use self::stack::Stack;
pub use self::{
    memory::memory,
    subject::{Draft, Logged, Subject},
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
    verification:
        a_mailed_link_verifies_once_and_then_says_so
        an_unknown_token_is_invalid
        a_wrong_secret_is_invalid_and_the_right_one_still_holds
        five_wrong_secrets_exhaust_a_token
        a_token_that_was_never_mailed_is_invalid_and_loses_no_attempt
        an_old_token_is_expired
        a_used_token_expires_too
        a_newer_token_supersedes_the_older
        a_token_for_an_address_that_was_left_is_superseded
        a_token_of_an_erased_account_is_invalid
        the_link_of_the_mail_confirms_the_account;
    token_requests:
        every_address_gets_the_same_answer
        an_unconfirmed_account_gets_one_mail
        no_request_is_left_behind
        nobody_else_gets_a_mail
        an_address_cools_down_for_a_minute
        an_address_gets_five_mails_an_hour
        the_mail_of_a_sign_up_is_one_of_five
        requests_are_looked_at_while_sending_is_paused;
    password_reset:
        a_mailed_link_is_used_once
        looking_at_a_link_does_not_use_it
        a_link_tells_whose_it_is_to_its_holder_alone
        common_passwords_are_found_by_their_prefix
        five_wrong_secrets_exhaust_a_link_whichever_call_they_are_for
        an_old_link_is_expired
        a_link_for_an_address_that_was_left_is_superseded
        a_link_of_an_erased_account_is_invalid
        a_link_of_another_purpose_is_invalid
        a_newer_link_supersedes_the_older
        a_released_link_works_again
        a_link_is_not_released_by_a_wrong_secret
        a_superseded_link_is_not_released
        an_expired_link_is_not_good_again_when_released
        every_account_gets_one_mail_and_nobody_else_does
        an_address_cools_down_for_each_purpose
        only_a_link_voids_links
        a_new_password_is_told_to_a_confirmed_address_alone
        the_link_of_the_mail_sets_the_password
        a_client_asks_thirty_times_and_then_waits;
    email_change:
        whatever_the_address_the_old_one_gets_the_same_notice
        an_address_is_mailed_once_a_minute_and_its_link_goes_on_working
        a_person_asks_five_times_an_hour
        nobody_asks_once_their_session_has_ended
        the_link_moves_the_account_and_ends_its_sessions
        a_reset_goes_to_the_private_address_also_when_asked_for_by_the_invited_one
        a_link_of_one_purpose_is_none_of_the_other
        a_link_works_for_a_day
        another_change_and_another_address_void_a_link
        an_address_that_somebody_has_is_a_conflict
        an_address_that_nobody_confirmed_makes_way
        the_old_address_voids_a_change_before_it_is_confirmed
        the_old_address_takes_the_account_back_for_a_day
        after_that_day_it_does_not
        what_was_taken_back_auth_does_not_store;
    plans:
        a_plan_is_given_and_the_same_again_changes_nothing
        only_platform_admins_give_plans
        fewer_seats_than_members_are_refused_with_the_numbers
        states_follow_one_another
        a_trial_lasts_as_the_plan_says_or_as_agreed
        a_plan_that_cannot_be_meant_is_refused;
    documents:
        what_was_opened_and_is_as_announced_is_approved
        a_file_that_is_another_is_not_approved
        a_file_that_never_came_is_not_opened
        who_comes_second_learns_what_was_decided
        only_platform_admins_review_and_never_their_own;
    invitations:
        every_row_has_a_result_of_its_own
        an_expired_invitation_frees_its_seat_and_is_sent_again
        a_revoked_invitation_frees_its_seat_and_is_not_resent
        an_invitation_is_mailed_five_times_a_day
        strangers_neither_invite_nor_change_invitations
        the_link_of_the_mail_makes_somebody_new_a_member
        an_account_that_nobody_confirmed_is_taken_over_by_the_link
        a_confirmed_account_is_let_in_by_its_own_session_alone
        another_account_is_let_in_if_its_owner_says_so
        an_address_with_an_account_is_let_in_by_it_alone
        a_member_is_known_by_the_address_that_was_invited
        a_link_ends_with_its_time_its_successor_and_its_invitation
        five_wrong_secrets_exhaust_a_link;
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
        every_stream_has_its_own_mails
        an_impossible_claim_is_refused;
    screening:
        a_bounced_address_gets_nothing
        an_unsubscribed_address_gets_security_mail_alone
        an_unwanted_category_is_skipped
        quiet_hours_put_off_and_spend_no_attempt
        quiet_hours_do_not_hold_up_security_mail
        a_mail_whose_token_was_replaced_is_skipped
        a_mail_whose_token_expired_is_skipped
        a_mail_to_an_erased_account_is_skipped;
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
        an_account_that_is_confirmed_from_the_start_gets_no_mail
        nobody_is_not_found
        a_short_password_is_weak
        a_password_too_long_for_bcrypt_is_refused
        a_good_password_is_taken_and_confirms_the_address
        another_address_is_taken_unless_somebody_has_it
        an_erased_account_is_gone_and_its_address_free;
}
