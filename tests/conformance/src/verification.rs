//! Consuming the link of a verification mail.

use chrono::TimeDelta;
use evenkeel_core::{
    ClientContext, EmailAddress,
    id::{RequestId, TokenId, UserId},
    link_request::{Admission, Asked},
    outbox::{SealTokenHashes, SealedToken},
    ports::Entropy,
    token::{Consumption, LinkToken, Purpose, TokenOutcome},
    verification::{
        ConsumeEmailVerification, RequestEmailVerification, VerifyRequest, VerifyStatus, verify,
    },
};

use crate::subject::{Steps as _, Subject};

/// The token that belongs to a row.
fn link(subject: &impl Subject, id: TokenId) -> LinkToken {
    subject.config().token_keys.derive(Purpose::EmailVerification, id)
}

/// A token for the same row with another secret.
fn forged(subject: &impl Subject, id: TokenId) -> LinkToken {
    subject.config().token_keys.derive(Purpose::PasswordReset, id)
}

pub(crate) fn client(subject: &impl Entropy) -> ClientContext {
    ClientContext::new(RequestId(subject.uuid()), Some("192.0.2.1"), Some("conformance"))
}

/// Stores a token's hash, as it is done before its mail leaves.
pub(crate) async fn seal(subject: &impl Subject, id: TokenId) {
    let sealed = SealedToken {
        purpose: Purpose::EmailVerification,
        id,
        token_hash: link(subject, id).hash(),
    };
    let stored = subject.call(&SealTokenHashes { p_tokens: vec![sealed] }).await.unwrap();
    assert_eq!(stored.len(), 1);
}

/// Somebody who signed up and got the mail.
async fn mailed(subject: &impl Subject, name: &str) -> (UserId, TokenId) {
    let (person, token) = subject.signed_up_token(name).await;
    seal(subject, token).await;
    (person, token)
}

async fn consume(subject: &impl Subject, token: &LinkToken) -> Consumption {
    let call = ConsumeEmailVerification {
        p_token_id: token.id(),
        p_token_hash: token.hash(),
        p_context: &client(subject),
        p_introduction: None,
    };
    subject.call(&call).await.unwrap()
}

async fn outcome(subject: &impl Subject, token: &LinkToken) -> TokenOutcome {
    let consumption = consume(subject, token).await;
    let held =
        matches!(consumption.outcome, TokenOutcome::Verified | TokenOutcome::AlreadyVerified);
    assert_eq!(consumption.user_id.is_some(), held, "only a token that holds names its person");
    consumption.outcome
}

/// Somebody asks for another link.
pub(crate) async fn ask(subject: &impl Subject, email: EmailAddress) {
    let client = ClientContext { ip: None, ..client(subject) };
    let call = RequestEmailVerification(Asked::new(subject, email, &client));
    // There is nothing to tell addresses apart by.
    let admission = subject.call(&call).await.unwrap();
    assert_eq!(admission, Admission { allowed: true, retry_after_seconds: None });
}

pub(crate) async fn a_mailed_link_verifies_once_and_then_says_so(subject: &impl Subject) {
    let (person, token) = mailed(subject, "ada").await;
    let link = link(subject, token);
    let first = consume(subject, &link).await;
    let second = consume(subject, &link).await;
    assert_eq!(
        [first.outcome, second.outcome],
        [TokenOutcome::Verified, TokenOutcome::AlreadyVerified]
    );
    assert_eq!([first.user_id, second.user_id], [Some(person); 2]);
}

pub(crate) async fn an_unknown_token_is_invalid(subject: &impl Subject) {
    let nobodys = TokenId(subject.uuid());
    let outcome = outcome(subject, &link(subject, nobodys)).await;
    assert_eq!(outcome, TokenOutcome::Invalid);
}

pub(crate) async fn a_wrong_secret_is_invalid_and_the_right_one_still_holds(
    subject: &impl Subject,
) {
    let (_, token) = mailed(subject, "ada").await;
    for _ in 0..4 {
        assert_eq!(outcome(subject, &forged(subject, token)).await, TokenOutcome::Invalid);
    }
    assert_eq!(outcome(subject, &link(subject, token)).await, TokenOutcome::Verified);
}

pub(crate) async fn five_wrong_secrets_exhaust_a_token(subject: &impl Subject) {
    let (_, token) = mailed(subject, "ada").await;
    for _ in 0..5 {
        assert_eq!(outcome(subject, &forged(subject, token)).await, TokenOutcome::Invalid);
    }
    for link in [link(subject, token), forged(subject, token)] {
        assert_eq!(outcome(subject, &link).await, TokenOutcome::Exhausted);
    }
}

pub(crate) async fn a_token_that_was_never_mailed_is_invalid_and_loses_no_attempt(
    subject: &impl Subject,
) {
    let (_, token) = subject.signed_up_token("ada").await;
    for _ in 0..6 {
        assert_eq!(outcome(subject, &link(subject, token)).await, TokenOutcome::Invalid);
    }
    seal(subject, token).await;
    assert_eq!(outcome(subject, &link(subject, token)).await, TokenOutcome::Verified);
}

pub(crate) async fn an_old_token_is_expired(subject: &impl Subject) {
    let (_, token) = mailed(subject, "ada").await;
    subject.advance(TimeDelta::hours(25));
    assert_eq!(outcome(subject, &link(subject, token)).await, TokenOutcome::Expired);
}

pub(crate) async fn a_used_token_expires_too(subject: &impl Subject) {
    let (_, token) = mailed(subject, "ada").await;
    assert_eq!(outcome(subject, &link(subject, token)).await, TokenOutcome::Verified);
    subject.advance(TimeDelta::hours(25));
    assert_eq!(outcome(subject, &link(subject, token)).await, TokenOutcome::Expired);
}

pub(crate) async fn a_newer_token_supersedes_the_older(subject: &impl Subject) {
    let (_, older) = mailed(subject, "ada").await;
    subject.seconds_pass(61);
    ask(subject, subject.address("ada")).await;
    let claim = subject.claim().await;
    let tokens = claim.batches.iter().flat_map(|batch| &batch.mails);
    let tokens = tokens.filter_map(|mail| mail.token.as_ref().map(|token| token.id));
    let newer: Vec<TokenId> = tokens.filter(|token| *token != older).collect();
    assert_eq!(newer.len(), 1);
    seal(subject, newer[0]).await;
    assert_eq!(outcome(subject, &link(subject, older)).await, TokenOutcome::Superseded);
    assert_eq!(outcome(subject, &link(subject, newer[0])).await, TokenOutcome::Verified);
}

pub(crate) async fn a_token_for_an_address_that_was_left_is_superseded(subject: &impl Subject) {
    let (person, token) = mailed(subject, "ada").await;
    assert_eq!(outcome(subject, &link(subject, token)).await, TokenOutcome::Verified);
    subject.confirm_email(person).await.unwrap();
    subject.change_address(person, &subject.address("lovelace"));
    assert_eq!(outcome(subject, &link(subject, token)).await, TokenOutcome::Superseded);
}

pub(crate) async fn a_token_of_an_erased_account_is_invalid(subject: &impl Subject) {
    let (person, token) = mailed(subject, "ada").await;
    subject.delete_user(person).await.unwrap();
    assert_eq!(outcome(subject, &link(subject, token)).await, TokenOutcome::Invalid);
}

pub(crate) async fn the_link_of_the_mail_confirms_the_account(subject: &impl Subject) {
    let (person, token) = mailed(subject, "ada").await;
    let token = link(subject, token).encode();
    let request = VerifyRequest { token, display_name: None, locale: None, time_zone: None };
    assert!(!subject.is_confirmed(person));
    for expected in [VerifyStatus::Verified, VerifyStatus::AlreadyVerified] {
        let response = verify(subject, &request, &client(subject)).await.unwrap();
        assert_eq!(response.status, expected);
        assert!(subject.is_confirmed(person));
    }
}
