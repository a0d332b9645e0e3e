//! Links that reset a password, from the request to the new password.

use chrono::TimeDelta;
use evenkeel_core::{
    ClientContext, Code, SecretString,
    id::{RequestId, TokenId, UserId},
    link_request::{Admission, Asked},
    outbox::{Claim, Outcome, SealTokenHashes, SealedToken},
    password::ProposedPassword,
    password_reset::{
        CheckPasswordReset, ConsumePasswordReset, PasswordResetCheck, ReleasePasswordReset,
        RequestPasswordReset, ResetPasswordRequest, ResetToken, complete,
    },
    token::{LinkToken, Purpose, TokenOutcome},
};

use crate::{
    subject::{PASSWORD, Steps as _, Subject, settlement},
    verification::{ask as ask_for_verification, client},
};

/// SHA-256 of "password".
pub(crate) const COMMON_PASSWORD_DIGEST: &str =
    "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";

fn link(subject: &impl Subject, id: TokenId) -> LinkToken {
    subject.config().token_keys.derive(Purpose::PasswordReset, id)
}

/// A token for the same row with another secret.
fn forged(subject: &impl Subject, id: TokenId) -> LinkToken {
    subject.config().token_keys.derive(Purpose::Invitation, id)
}

async fn ask_as(subject: &impl Subject, name: &str, client: &ClientContext) -> Admission {
    let asked = Asked::new(subject, subject.address(name), client);
    subject.call(&RequestPasswordReset(asked)).await.unwrap()
}

/// Somebody whose network is not known asks for a link.
async fn ask(subject: &impl Subject, name: &str) {
    let client = ClientContext { ip: None, ..client(subject) };
    let admission = ask_as(subject, name, &client).await;
    assert_eq!(admission, Admission { allowed: true, retry_after_seconds: None });
}

/// The tokens of a purpose whose mails are due; they are sent.
async fn mailed(subject: &impl Subject, purpose: Purpose) -> Vec<TokenId> {
    let claim: Claim = subject.claim().await;
    for batch in &claim.batches {
        subject.settle(settlement(batch, Outcome::Sent)).await;
    }
    let mails = claim.batches.iter().flat_map(|batch| &batch.mails);
    let tokens = mails.filter_map(|mail| mail.token.as_ref());
    tokens.filter(|token| token.purpose == purpose).map(|token| token.id).collect()
}

async fn seal(subject: &impl Subject, id: TokenId) {
    let token_hash = link(subject, id).hash();
    let sealed = SealedToken { purpose: Purpose::PasswordReset, id, token_hash };
    let stored = subject.call(&SealTokenHashes { p_tokens: vec![sealed] }).await.unwrap();
    assert_eq!(stored.len(), 1);
}

/// A link in the mail of somebody who has an account.
async fn another_link(subject: &impl Subject, name: &str) -> TokenId {
    ask(subject, name).await;
    let ids = mailed(subject, Purpose::PasswordReset).await;
    assert_eq!(ids.len(), 1, "one mail with a link");
    seal(subject, ids[0]).await;
    ids[0]
}

async fn member_with_link(subject: &impl Subject, name: &str) -> (UserId, TokenId) {
    let person = subject.member(name).await;
    (person, another_link(subject, name).await)
}

async fn check_for(
    subject: &impl Subject,
    link: &LinkToken,
    prefixes: Vec<String>,
) -> PasswordResetCheck {
    let call = CheckPasswordReset {
        p_token_id: link.id(),
        p_token_hash: &link.hash(),
        p_context: &client(subject),
        p_password_prefixes: prefixes,
    };
    subject.call(&call).await.unwrap()
}

async fn check(subject: &impl Subject, link: &LinkToken) -> TokenOutcome {
    let check = check_for(subject, link, Vec::new()).await;
    assert!(check.common.is_empty(), "nothing was asked for");
    let live = check.outcome == TokenOutcome::Live;
    assert_eq!(
        !check.email.is_empty(),
        live,
        "only who holds a link that works learns whose it is"
    );
    check.outcome
}

async fn consume(subject: &impl Subject, link: &LinkToken) -> TokenOutcome {
    let client = client(subject);
    let token = ResetToken::new(link, &client);
    let consumption = subject.call(&ConsumePasswordReset(&token)).await.unwrap();
    let held = consumption.outcome == TokenOutcome::Consumed;
    assert_eq!(consumption.user_id.is_some(), held, "only a link that holds names its person");
    consumption.outcome
}

async fn release(subject: &impl Subject, link: &LinkToken) {
    let client = client(subject);
    let token = ResetToken::new(link, &client);
    let () = subject.call(&ReleasePasswordReset(&token)).await.unwrap();
}

/// The arguments of both calls, which are the same.
async fn refused(subject: &impl Subject, link: &LinkToken) -> TokenOutcome {
    let outcome = check(subject, link).await;
    assert_eq!(consume(subject, link).await, outcome);
    outcome
}

async fn use_link(subject: &impl Subject, id: TokenId, password: &str) -> Result<(), Code> {
    let token = link(subject, id).encode();
    let request = ResetPasswordRequest { token, password: SecretString::new(password) };
    let answer = complete(subject, &request, &client(subject)).await;
    answer.map(drop).map_err(|error| error.code())
}

pub(crate) async fn a_mailed_link_is_used_once(subject: &impl Subject) {
    let (_, token) = member_with_link(subject, "ada").await;
    let link = link(subject, token);
    assert_eq!(consume(subject, &link).await, TokenOutcome::Consumed);
    assert_eq!(refused(subject, &link).await, TokenOutcome::Used);
    subject.advance(TimeDelta::minutes(31));
    assert_eq!(refused(subject, &link).await, TokenOutcome::Used, "still the better word for it");
}

pub(crate) async fn looking_at_a_link_does_not_use_it(subject: &impl Subject) {
    let (_, token) = member_with_link(subject, "ada").await;
    let link = link(subject, token);
    for _ in 0..10 {
        assert_eq!(check(subject, &link).await, TokenOutcome::Live);
    }
    assert_eq!(consume(subject, &link).await, TokenOutcome::Consumed);
}

pub(crate) async fn a_link_tells_whose_it_is_to_its_holder_alone(subject: &impl Subject) {
    let (_, token) = member_with_link(subject, "ada").await;
    let checked = check_for(subject, &link(subject, token), Vec::new()).await;
    assert_eq!(checked.email, subject.address("ada").as_str());
    assert_eq!(check(subject, &forged(subject, token)).await, TokenOutcome::Invalid);
    let nobodys = TokenId(subject.uuid());
    assert_eq!(refused(subject, &link(subject, nobodys)).await, TokenOutcome::Invalid);
}

pub(crate) async fn common_passwords_are_found_by_their_prefix(subject: &impl Subject) {
    let (_, token) = member_with_link(subject, "ada").await;
    let link = link(subject, token);
    let password = ProposedPassword::new(subject, &SecretString::new("Password"));
    let found = check_for(subject, &link, password.prefixes()).await.common;
    assert!(found.iter().any(|digest| digest == COMMON_PASSWORD_DIGEST), "{found:?}");
    assert!(found.iter().all(|digest| digest.starts_with("5e88")), "{found:?}");
    let forged = check_for(subject, &forged(subject, token), password.prefixes()).await;
    assert!(forged.common.is_empty());
}

pub(crate) async fn five_wrong_secrets_exhaust_a_link_whichever_call_they_are_for(
    subject: &impl Subject,
) {
    let (_, token) = member_with_link(subject, "ada").await;
    let forged = forged(subject, token);
    for _ in 0..4 {
        assert_eq!(check(subject, &forged).await, TokenOutcome::Invalid);
    }
    let link = link(subject, token);
    assert_eq!(check(subject, &link).await, TokenOutcome::Live);
    assert_eq!(consume(subject, &forged).await, TokenOutcome::Invalid);
    assert_eq!(refused(subject, &link).await, TokenOutcome::Exhausted);
}

pub(crate) async fn an_old_link_is_expired(subject: &impl Subject) {
    let (_, token) = member_with_link(subject, "ada").await;
    subject.advance(TimeDelta::minutes(29));
    assert_eq!(check(subject, &link(subject, token)).await, TokenOutcome::Live);
    subject.advance(TimeDelta::minutes(2));
    assert_eq!(refused(subject, &link(subject, token)).await, TokenOutcome::Expired);
}

pub(crate) async fn a_link_for_an_address_that_was_left_is_superseded(subject: &impl Subject) {
    let (person, token) = member_with_link(subject, "ada").await;
    subject.change_address(person, &subject.address("lovelace"));
    assert_eq!(refused(subject, &link(subject, token)).await, TokenOutcome::Superseded);
}

pub(crate) async fn a_link_of_an_erased_account_is_invalid(subject: &impl Subject) {
    let (person, token) = member_with_link(subject, "ada").await;
    subject.delete_user(person).await.unwrap();
    assert_eq!(refused(subject, &link(subject, token)).await, TokenOutcome::Invalid);
}

pub(crate) async fn a_link_of_another_purpose_is_invalid(subject: &impl Subject) {
    let (_, token) = subject.signed_up_token("ada").await;
    crate::verification::seal(subject, token).await;
    let link = subject.config().token_keys.derive(Purpose::EmailVerification, token);
    assert_eq!(refused(subject, &link).await, TokenOutcome::Invalid);
}

pub(crate) async fn a_newer_link_supersedes_the_older(subject: &impl Subject) {
    let (_, older) = member_with_link(subject, "ada").await;
    subject.seconds_pass(61);
    let newer = another_link(subject, "ada").await;
    assert_eq!(refused(subject, &link(subject, older)).await, TokenOutcome::Superseded);
    assert_eq!(consume(subject, &link(subject, newer)).await, TokenOutcome::Consumed);
}

pub(crate) async fn a_released_link_works_again(subject: &impl Subject) {
    let (_, token) = member_with_link(subject, "ada").await;
    let link = link(subject, token);
    for _ in 0..3 {
        assert_eq!(consume(subject, &link).await, TokenOutcome::Consumed);
        release(subject, &link).await;
        release(subject, &link).await;
    }
    assert_eq!(check(subject, &link).await, TokenOutcome::Live);
}

pub(crate) async fn a_link_is_not_released_by_a_wrong_secret(subject: &impl Subject) {
    let (_, token) = member_with_link(subject, "ada").await;
    let link = link(subject, token);
    assert_eq!(consume(subject, &link).await, TokenOutcome::Consumed);
    release(subject, &forged(subject, token)).await;
    assert_eq!(check(subject, &link).await, TokenOutcome::Used);
}

pub(crate) async fn a_superseded_link_is_not_released(subject: &impl Subject) {
    let (_, older) = member_with_link(subject, "ada").await;
    assert_eq!(consume(subject, &link(subject, older)).await, TokenOutcome::Consumed);
    subject.seconds_pass(61);
    let newer = another_link(subject, "ada").await;
    release(subject, &link(subject, older)).await;
    assert_eq!(check(subject, &link(subject, older)).await, TokenOutcome::Superseded);
    assert_eq!(consume(subject, &link(subject, newer)).await, TokenOutcome::Consumed);
}

pub(crate) async fn an_expired_link_is_not_good_again_when_released(subject: &impl Subject) {
    let (_, token) = member_with_link(subject, "ada").await;
    let link = link(subject, token);
    assert_eq!(consume(subject, &link).await, TokenOutcome::Consumed);
    subject.advance(TimeDelta::minutes(31));
    release(subject, &link).await;
    assert_eq!(refused(subject, &link).await, TokenOutcome::Expired);
}

pub(crate) async fn every_account_gets_one_mail_and_nobody_else_does(subject: &impl Subject) {
    subject.sign_up("unconfirmed").await;
    subject.member("confirmed").await;
    for name in ["unconfirmed", "confirmed", "unknown", "confirmed"] {
        ask(subject, name).await;
    }
    assert_eq!(mailed(subject, Purpose::PasswordReset).await.len(), 2);
    assert!(mailed(subject, Purpose::PasswordReset).await.is_empty());
}

pub(crate) async fn an_address_cools_down_for_each_purpose(subject: &impl Subject) {
    subject.sign_up("ada").await;
    mailed(subject, Purpose::EmailVerification).await;
    subject.advance(TimeDelta::hours(2));
    for (seconds, mails) in [(0, 1), (30, 0), (31, 1)] {
        subject.seconds_pass(seconds);
        ask(subject, "ada").await;
        assert_eq!(mailed(subject, Purpose::PasswordReset).await.len(), mails);
    }
    ask_for_verification(subject, subject.address("ada")).await;
    assert_eq!(mailed(subject, Purpose::EmailVerification).await.len(), 1);
}

/// A session that was stolen must not void the links that its owner asks for.
pub(crate) async fn only_a_link_voids_links(subject: &impl Subject) {
    let (person, token) = member_with_link(subject, "ada").await;
    let link = link(subject, token);
    let first = SecretString::new("another good password");
    subject.set_password_and_confirm(person, &first).await.unwrap();
    assert_eq!(check(subject, &link).await, TokenOutcome::Live);
    // Given back, and Auth took the password all the same.
    assert_eq!(consume(subject, &link).await, TokenOutcome::Consumed);
    release(subject, &link).await;
    let late = SecretString::new("yet another password");
    subject.set_password_and_confirm(person, &late).await.unwrap();
    assert_eq!(refused(subject, &link).await, TokenOutcome::Superseded);
}

pub(crate) async fn a_new_password_is_told_to_a_confirmed_address_alone(subject: &impl Subject) {
    let confirmed = subject.member("confirmed").await;
    let unconfirmed = subject.sign_up("unconfirmed").await;
    mailed(subject, Purpose::EmailVerification).await;
    for person in [confirmed, unconfirmed] {
        let password = SecretString::new("another good password");
        subject.set_password_and_confirm(person, &password).await.unwrap();
    }
    let claim = subject.claim().await;
    let mails = claim.batches.iter().flat_map(|batch| &batch.mails);
    let recipients: Vec<_> = mails.map(|mail| (mail.to.as_str(), mail.category.as_str())).collect();
    assert_eq!(recipients, [(subject.address("confirmed").as_str(), "security")]);
}

pub(crate) async fn the_link_of_the_mail_sets_the_password(subject: &impl Subject) {
    let person = subject.sign_up("ada").await;
    mailed(subject, Purpose::EmailVerification).await;
    let token = another_link(subject, "ada").await;
    assert!(!subject.is_confirmed(person));
    assert_eq!(use_link(subject, token, "Password").await, Err(Code::RuleViolation));
    assert_eq!(use_link(subject, token, "another good password").await, Ok(()));
    assert!(subject.is_confirmed(person), "who holds the link reads the mail");
    assert_eq!(use_link(subject, token, PASSWORD).await, Err(Code::TokenUsed));
    release(subject, &link(subject, token)).await;
    assert_eq!(
        use_link(subject, token, PASSWORD).await,
        Err(Code::TokenUsed),
        "it has done its work"
    );
}

pub(crate) async fn a_client_asks_thirty_times_and_then_waits(subject: &impl Subject) {
    let client_at = |network: uuid::Uuid| {
        let bits = network.as_u128() >> 96;
        let ip = format!("2001:db8:{:x}:{:x}::1", (bits >> 16) & 0xffff, bits & 0xffff);
        ClientContext::new(RequestId(network), Some(&ip), None)
    };
    let (client, other) = (client_at(subject.uuid()), client_at(subject.uuid()));
    for n in 0..30 {
        assert!(ask_as(subject, &format!("n{n}"), &client).await.allowed, "{n}");
    }
    for name in ["n0", "unknown"] {
        let refused = ask_as(subject, name, &client).await;
        assert!(!refused.allowed);
        assert!((1..=10).contains(&refused.retry_after_seconds.unwrap()), "{refused:?}");
    }
    assert!(ask_as(subject, "n0", &other).await.allowed);
    subject.seconds_pass(11);
    assert!(ask_as(subject, "n0", &client).await.allowed);
    assert!(!ask_as(subject, "n0", &client).await.allowed);
}
