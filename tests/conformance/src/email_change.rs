//! Changes of an account's address, from the request to the day after.

use chrono::TimeDelta;
use evenkeel_core::{
    AccessToken, Code, SecretString,
    email_change::{AddressLinkRequest, AddressStatus, request, use_link},
    id::{TokenId, UserId},
    link_request::{AcceptedStatus, Asked, LinkRequest},
    outbox::{Outcome, SealTokenHashes, SealedToken},
    parse_request,
    password_reset::RequestPasswordReset,
    ports::IdentityError,
    token::Purpose,
};

use crate::{
    subject::{Steps as _, Subject, settlement},
    verification::client,
};

/// Ada, who is signed in.
async fn ada(subject: &impl Subject) -> (UserId, AccessToken) {
    let ada = subject.member("ada").await;
    (ada, subject.sign_in(ada, "ada"))
}

async fn try_ask(subject: &impl Subject, person: &AccessToken, name: &str) -> Result<(), Code> {
    let body = format!(r#"{{"email": "{}"}}"#, subject.address(name).as_str());
    let asked: LinkRequest = parse_request(body.as_bytes()).unwrap();
    let answer = request(subject, person, &asked, &client(subject)).await;
    answer
        .map(|answer| assert_eq!(answer.status, AcceptedStatus::Accepted))
        .map_err(|error| error.code())
}

async fn ask(subject: &impl Subject, person: &AccessToken, name: &str) {
    assert_eq!(try_ask(subject, person, name).await, Ok(()), "{name}");
}

/// Who was mailed, and the token of the mail: the mails that are due, which are sent.
async fn mailed(subject: &impl Subject) -> Vec<(String, Option<(Purpose, TokenId)>)> {
    let mut mails = Vec::new();
    let claim = subject.claim().await;
    for batch in &claim.batches {
        subject.settle(settlement(batch, Outcome::Sent)).await;
        mails.extend(batch.mails.iter().map(|mail| {
            (mail.to.clone(), mail.token.as_ref().map(|token| (token.purpose, token.id)))
        }));
    }
    mails.sort_by(|one, other| one.0.cmp(&other.0));
    mails
}

/// The links of the mails that are due: to the new address and to the old.
async fn links(subject: &impl Subject) -> (Option<SecretString>, SecretString) {
    let mails = mailed(subject).await;
    let mut found = [None, None];
    for (purpose, id) in mails.into_iter().filter_map(|(_, token)| token) {
        let link = subject.config().token_keys.derive(purpose, id);
        let sealed = SealedToken { purpose, id, token_hash: link.hash() };
        subject.call(&SealTokenHashes { p_tokens: vec![sealed] }).await.unwrap();
        found[usize::from(purpose == Purpose::EmailChangeCancel)] = Some(link.encode());
    }
    let [confirm, cancel] = found;
    (confirm, cancel.expect("a notice to the old address"))
}

async fn asked(subject: &impl Subject) -> (UserId, SecretString, SecretString) {
    let (ada, session) = ada(subject).await;
    ask(subject, &session, "private").await;
    let (confirm, cancel) = links(subject).await;
    (ada, confirm.expect("a link to the new address"), cancel)
}

async fn follow(
    subject: &impl Subject,
    purpose: Purpose,
    token: &SecretString,
) -> Result<AddressStatus, Code> {
    let link = AddressLinkRequest { token: token.clone() };
    let answer = use_link(subject, purpose, &link, &client(subject)).await;
    answer.map(|answer| answer.status).map_err(|error| error.code())
}

async fn confirm(subject: &impl Subject, token: &SecretString) -> Result<AddressStatus, Code> {
    follow(subject, Purpose::EmailChange, token).await
}

async fn cancel(subject: &impl Subject, token: &SecretString) -> Result<AddressStatus, Code> {
    follow(subject, Purpose::EmailChangeCancel, token).await
}

/// Whose account has an address, by whom a link for a new password is mailed to it.
async fn reset_is_mailed_to(subject: &impl Subject, typed: &str) -> Vec<String> {
    subject.seconds_pass(61);
    let client = client(subject);
    let asked = Asked::new(subject, subject.address(typed), &client);
    subject.call(&RequestPasswordReset(asked)).await.unwrap();
    mailed(subject).await.into_iter().map(|(to, _)| to).collect()
}

pub(crate) async fn whatever_the_address_the_old_one_gets_the_same_notice(subject: &impl Subject) {
    let (_, session) = ada(subject).await;
    subject.member("bob").await;
    for (name, has_link) in [("private", true), ("bob", false)] {
        ask(subject, &session, name).await;
        let mails = mailed(subject).await;
        let to = |who: &str| {
            let address = subject.address(who);
            mails.iter().find(|mail| mail.0 == address.as_str()).expect("a mail").1
        };
        assert_eq!(mails.len(), 2);
        assert!(matches!(to("ada"), Some((Purpose::EmailChangeCancel, _))));
        assert_eq!(to(name).map(|token| token.0), has_link.then_some(Purpose::EmailChange));
    }
}

pub(crate) async fn an_address_is_mailed_once_a_minute_and_its_link_goes_on_working(
    subject: &impl Subject,
) {
    let (_, session) = ada(subject).await;
    ask(subject, &session, "private").await;
    let (first, _) = links(subject).await;
    ask(subject, &session, "private").await;
    let (second, _) = links(subject).await;
    assert!(second.is_none());
    assert_eq!(confirm(subject, &first.unwrap()).await, Ok(AddressStatus::Changed));
}

pub(crate) async fn a_person_asks_five_times_an_hour(subject: &impl Subject) {
    let (_, session) = ada(subject).await;
    for name in ["one", "two", "three", "four", "five"] {
        ask(subject, &session, name).await;
    }
    assert_eq!(try_ask(subject, &session, "six").await, Err(Code::RateLimited));
    subject.advance(TimeDelta::minutes(13));
    ask(subject, &session, "six").await;
}

pub(crate) async fn nobody_asks_once_their_session_has_ended(subject: &impl Subject) {
    let (ada, session) = ada(subject).await;
    subject.end_sessions(ada);
    assert_eq!(try_ask(subject, &session, "private").await, Err(Code::Unauthenticated));
}

pub(crate) async fn the_link_moves_the_account_and_ends_its_sessions(subject: &impl Subject) {
    let (ada, session) = ada(subject).await;
    ask(subject, &session, "private").await;
    let (link, _) = links(subject).await;
    let link = link.unwrap();
    assert_eq!(confirm(subject, &link).await, Ok(AddressStatus::Changed));
    assert_eq!(confirm(subject, &link).await, Ok(AddressStatus::AlreadyChanged));
    assert_eq!(try_ask(subject, &session, "another").await, Err(Code::Unauthenticated));
    let notice = mailed(subject).await;
    assert_eq!(notice.len(), 1);
    assert_eq!(notice[0].0, subject.address("ada").as_str());
    assert!(matches!(notice[0].1, Some((Purpose::EmailChangeCancel, _))));
    assert!(subject.is_confirmed(ada));
    assert_eq!(reset_is_mailed_to(subject, "ada").await, Vec::<String>::new());
    let private = subject.address("private");
    assert_eq!(reset_is_mailed_to(subject, "private").await, [private.as_str()]);
}

pub(crate) async fn a_reset_goes_to_the_private_address_also_when_asked_for_by_the_invited_one(
    subject: &impl Subject,
) {
    let (ada, session) = ada(subject).await;
    subject.found(&[(ada, "employee")]);
    ask(subject, &session, "private").await;
    let (link, _) = links(subject).await;
    assert_eq!(confirm(subject, &link.unwrap()).await, Ok(AddressStatus::Changed));
    mailed(subject).await;
    let private = subject.address("private");
    assert_eq!(reset_is_mailed_to(subject, "ada").await, [private.as_str()]);
}

pub(crate) async fn a_link_of_one_purpose_is_none_of_the_other(subject: &impl Subject) {
    let (_, to_new, to_old) = asked(subject).await;
    assert_eq!(confirm(subject, &to_old).await, Err(Code::TokenInvalid));
    assert_eq!(cancel(subject, &to_new).await, Err(Code::TokenInvalid));
}

pub(crate) async fn a_link_works_for_a_day(subject: &impl Subject) {
    let (_, to_new, _) = asked(subject).await;
    subject.advance(TimeDelta::hours(25));
    assert_eq!(confirm(subject, &to_new).await, Err(Code::TokenExpired));
}

pub(crate) async fn another_change_and_another_address_void_a_link(subject: &impl Subject) {
    let (ada, session) = ada(subject).await;
    ask(subject, &session, "private").await;
    let (first, _) = links(subject).await;
    ask(subject, &session, "other").await;
    let (second, to_old) = links(subject).await;
    assert_eq!(confirm(subject, &first.unwrap()).await, Err(Code::TokenSuperseded));
    subject.change_address(ada, &subject.address("elsewhere"));
    assert_eq!(confirm(subject, &second.unwrap()).await, Err(Code::TokenSuperseded));
    assert_eq!(cancel(subject, &to_old).await, Err(Code::TokenSuperseded));
}

pub(crate) async fn an_address_that_somebody_has_is_a_conflict(subject: &impl Subject) {
    let (_, to_new, _) = asked(subject).await;
    subject.member("private").await;
    assert_eq!(confirm(subject, &to_new).await, Err(Code::Conflict));
}

pub(crate) async fn an_address_that_nobody_confirmed_makes_way(subject: &impl Subject) {
    let (_, to_new, _) = asked(subject).await;
    let squatter = subject.sign_up("private").await;
    assert_eq!(confirm(subject, &to_new).await, Ok(AddressStatus::Changed));
    assert_eq!(subject.confirm_email(squatter).await, Err(IdentityError::NotFound));
}

pub(crate) async fn the_old_address_voids_a_change_before_it_is_confirmed(subject: &impl Subject) {
    let (_, to_new, to_old) = asked(subject).await;
    assert_eq!(cancel(subject, &to_old).await, Ok(AddressStatus::Kept));
    assert_eq!(confirm(subject, &to_new).await, Err(Code::TokenSuperseded));
    assert_eq!(cancel(subject, &to_old).await, Err(Code::TokenUsed));
}

pub(crate) async fn the_old_address_takes_the_account_back_for_a_day(subject: &impl Subject) {
    let (ada, to_new, to_old) = asked(subject).await;
    assert_eq!(confirm(subject, &to_new).await, Ok(AddressStatus::Changed));
    subject.advance(TimeDelta::hours(23));
    let squatter = subject.sign_up("ada").await;
    assert_eq!(cancel(subject, &to_old).await, Ok(AddressStatus::MovedBack));
    assert_eq!(cancel(subject, &to_old).await, Err(Code::TokenUsed));
    assert_eq!(confirm(subject, &to_new).await, Err(Code::TokenSuperseded));
    assert_eq!(subject.confirm_email(squatter).await, Err(IdentityError::NotFound));
    assert_eq!(subject.confirm_email(ada).await, Ok(()));
    mailed(subject).await;
    let old = subject.address("ada");
    assert_eq!(reset_is_mailed_to(subject, "ada").await, [old.as_str()]);
}

pub(crate) async fn after_that_day_it_does_not(subject: &impl Subject) {
    let (_, to_new, to_old) = asked(subject).await;
    assert_eq!(confirm(subject, &to_new).await, Ok(AddressStatus::Changed));
    subject.advance(TimeDelta::hours(25));
    assert_eq!(cancel(subject, &to_old).await, Err(Code::TokenExpired));
}

pub(crate) async fn what_was_taken_back_auth_does_not_store(subject: &impl Subject) {
    let (ada, to_new, to_old) = asked(subject).await;
    let link = evenkeel_core::token::LinkToken::parse(&to_new).unwrap();
    let call = evenkeel_core::email_change::UseEmailChangeLink {
        p_purpose: Purpose::EmailChange,
        p_token_id: link.id(),
        p_token_hash: link.hash(),
        p_context: &client(subject),
    };
    subject.call(&call).await.unwrap();
    assert_eq!(cancel(subject, &to_old).await, Ok(AddressStatus::Kept));
    let late = subject.change_email(ada, &subject.address("private")).await;
    assert!(matches!(late, Err(IdentityError::Unavailable(_))), "{late:?}");
    assert_eq!(confirm(subject, &to_new).await, Err(Code::TokenSuperseded));
}
