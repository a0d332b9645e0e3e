//! Every SQL function, called on the running platform by the code that the functions carry.
//!
//! Nothing is said here of the rules: those are tested in `supabase/tests/database`. A case sets
//! a scene and has the database answer, in as many of its words as come cheaply; what is tested
//! is that Rust names the function, its arguments and its answer as the database does.
//!
//! To add a function: a line below, and a case, which answers what the function answered. One
//! that is missing fails `tests/complete.rs`.
//!
//! `./scripts/start --detach`, then
//! `cargo test -p evenkeel-conformance --features stack --test wire`.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod audit;
mod calendar_feeds;
mod companies;
mod documents;
mod email_templates;
mod feature_flags;
mod invitations;
mod links;
mod mails;
mod recordings;
mod session_notes;
mod sign_up;

use evenkeel_conformance::{Stack, claim_of, settlement};
use evenkeel_core::{
    AccessToken, ClientContext, Code, Error,
    audit::{AuditCheckpointPublished, RecordAuditCheckpoint, TakeAuditLeaves},
    auth_emails::TakeAuthEmail,
    calendar_feed::ReadCalendarFeed,
    caller::CurrentUserId,
    documents::{DecideDocument, RecordReviewedCopy, StartDocumentReview, VerificationQueue},
    email_change::{RequestEmailChange, UseEmailChangeLink},
    email_events::RecordEmailEvent,
    email_templates::{EmailKindFor, SaveEmailTemplate},
    feature_flags::EvaluateFeatureFlags,
    id::RequestId,
    invitations::{
        InviteEmployees, ResendInvitation, RevokeInvitation,
        acceptance::{AcceptInvitation, CheckInvitation},
    },
    outbox::{
        Batch, ClaimEmails, Outcome, SealTokenHashes, SealedToken, SettleEmails, Settlement, Stream,
    },
    password_reset::{
        CheckPasswordReset, ConsumePasswordReset, ReleasePasswordReset, RequestPasswordReset,
    },
    plans::AssignCompanyPlan,
    ports::{Configured as _, Database as _, Entropy as _, SqlFunction},
    recordings::{AnnounceRecording, OpenRecording, ReceiveRecording, RecordRecording},
    session_notes::{ReadSessionNote, WriteSessionNote},
    sign_up::{CheckSignUp, RequestSignUp, TakeSignUp},
    sweep::OrphanedFiles,
    token::{LinkToken, Purpose},
    unsubscribe::{Resubscribe, Unsubscribe},
    verification::{ConsumeEmailVerification, RequestEmailVerification},
};

macro_rules! wire {
    ($($function:ident: $module:ident::$case:ident;)*) => {
        $(#[test]
        fn $case() {
            let stack = Stack::open();
            let answers: Vec<<$function as SqlFunction>::Output> =
                pollster::block_on($module::$case(&stack));
            assert!(!answers.is_empty());
        })*
    };
}

wire! {
    AcceptInvitation: invitations::accept_invitation;
    AnnounceRecording: recordings::announce_recording;
    AssignCompanyPlan: companies::assign_company_plan;
    AuditCheckpointPublished: audit::audit_checkpoint_published;
    CheckInvitation: invitations::check_invitation;
    CheckPasswordReset: links::check_password_reset;
    CheckSignUp: sign_up::check_sign_up;
    ClaimEmails: mails::claim_emails;
    ConsumeEmailVerification: links::consume_email_verification;
    ConsumePasswordReset: links::consume_password_reset;
    CurrentUserId: companies::current_user_id;
    DecideDocument: documents::decide_document;
    EmailKindFor: email_templates::email_kind;
    EvaluateFeatureFlags: feature_flags::evaluate_feature_flags;
    InviteEmployees: companies::invite_employees;
    OpenRecording: recordings::open_recording;
    OrphanedFiles: documents::orphaned_files;
    ReadCalendarFeed: calendar_feeds::read_calendar_feed;
    ReadSessionNote: session_notes::read_session_note;
    ReceiveRecording: recordings::receive_recording;
    RecordAuditCheckpoint: audit::record_audit_checkpoint;
    RecordEmailEvent: mails::record_email_event;
    RecordRecording: recordings::record_recording;
    RecordReviewedCopy: documents::record_reviewed_copy;
    ReleasePasswordReset: links::release_password_reset;
    RequestEmailChange: links::request_email_change;
    RequestEmailVerification: links::request_email_verification;
    RequestPasswordReset: links::request_password_reset;
    RequestSignUp: sign_up::request_sign_up;
    ResendInvitation: companies::resend_invitation;
    Resubscribe: mails::resubscribe;
    RevokeInvitation: companies::revoke_invitation;
    SaveEmailTemplate: email_templates::save_email_template;
    SealTokenHashes: mails::seal_token_hashes;
    SettleEmails: mails::settle_emails;
    StartDocumentReview: documents::start_document_review;
    TakeAuditLeaves: audit::take_audit_leaves;
    TakeAuthEmail: mails::take_auth_email;
    TakeSignUp: sign_up::take_sign_up;
    Unsubscribe: mails::unsubscribe;
    UseEmailChangeLink: links::use_email_change_link;
    VerificationQueue: documents::specialist_verification_queue;
    WriteSessionNote: session_notes::write_session_note;
}

fn client(stack: &Stack) -> ClientContext {
    ClientContext::new(RequestId(stack.uuid()), None, Some("wire"))
}

async fn call<F: SqlFunction>(stack: &Stack, function: &F) -> F::Output {
    stack.call(function).await.unwrap()
}

async fn call_as<F: SqlFunction>(stack: &Stack, person: &AccessToken, function: &F) -> F::Output {
    stack.call_as(person, function).await.unwrap()
}

/// A refusal, as the caller learns of it.
async fn refused<F: SqlFunction>(
    stack: &Stack,
    person: &AccessToken,
    function: &F,
    code: Code,
) -> Error {
    let error = stack.call_as(person, function).await.err().unwrap().for_caller();
    assert_eq!(error.code(), code);
    error
}

fn claim() -> ClaimEmails {
    claim_of(Stream::Mail, 1_000)
}

/// Sends the mails that are due, and answers the links that they carry.
async fn mailed(stack: &Stack) -> Vec<(Purpose, LinkToken)> {
    let batches = call(stack, &claim()).await.batches;
    let settle = |batch: &Batch| Settlement {
        message_ids: vec!["message".to_owned(); batch.mails.len()],
        ..settlement(batch, Outcome::Sent)
    };
    let settlements: Vec<_> = batches.iter().map(settle).collect();
    call(stack, &SettleEmails { p_results: &settlements }).await;
    let tokens =
        batches.iter().flat_map(|batch| &batch.mails).filter_map(|mail| mail.token.clone());
    let keys = &stack.config().token_keys;
    let links: Vec<_> =
        tokens.map(|token| (token.purpose, keys.derive(token.purpose, token.id))).collect();
    let sealed = |(purpose, link): &(Purpose, LinkToken)| SealedToken {
        purpose: *purpose,
        id: link.id(),
        token_hash: link.hash(),
    };
    call(stack, &SealTokenHashes { p_tokens: links.iter().map(sealed).collect() }).await;
    links
}

/// The one link of a purpose among the mails that are due; they are sent.
async fn link(stack: &Stack, purpose: Purpose) -> LinkToken {
    let mut links = mailed(stack).await;
    links.retain(|(found, _)| *found == purpose);
    assert_eq!(links.len(), 1, "one mail with a link");
    links.remove(0).1
}

/// A token of the same row under another secret: that of a purpose which no case forges.
fn forged(stack: &Stack, link: &LinkToken) -> LinkToken {
    stack.config().token_keys.derive(Purpose::EmailChangeCancel, link.id())
}
