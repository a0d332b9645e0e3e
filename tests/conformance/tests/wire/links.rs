//! The functions of links about an account.

use chrono::TimeDelta;
use evenkeel_conformance::{Stack, Subject as _};
use evenkeel_core::{
    ClientContext,
    email_change::{AddressConsumption, RequestEmailChange, UseEmailChangeLink},
    id::UserId,
    introduction::Introduction,
    link_request::{Admission, Asked},
    password_reset::{
        CheckPasswordReset, ConsumePasswordReset, PasswordResetCheck, ReleasePasswordReset,
        RequestPasswordReset, ResetToken,
    },
    ports::{Identity as _, SqlFunction},
    token::{Consumption, LinkToken, Purpose, TokenOutcome},
    verification::{ConsumeEmailVerification, RequestEmailVerification},
};

use crate::{call, client, forged, link, mailed};

pub(crate) async fn consume_email_verification(stack: &Stack) -> Vec<Consumption> {
    let ada = stack.person("ada", false);
    let ada_s = link(stack, Purpose::EmailVerification).await;
    stack.person("bob", false);
    let bobs = link(stack, Purpose::EmailVerification).await;
    let consume = async |link: &LinkToken| {
        let said =
            Introduction { display_name: Some("Ada"), locale: Some("pt-BR"), time_zone: None };
        let call_of_it = ConsumeEmailVerification {
            p_token_id: link.id(),
            p_token_hash: link.hash(),
            p_context: &client(stack),
            p_introduction: Some(said),
        };
        call(stack, &call_of_it).await
    };
    let mut answers = vec![consume(&ada_s).await, consume(&ada_s).await];
    for _ in 0..5 {
        answers.push(consume(&forged(stack, &bobs)).await);
    }
    answers.push(consume(&bobs).await);
    stack.advance(TimeDelta::hours(25));
    answers.push(consume(&ada_s).await);
    let outcomes: Vec<_> = answers.iter().map(|answer| answer.outcome).collect();
    assert_eq!(outcomes[..2], [TokenOutcome::Verified, TokenOutcome::AlreadyVerified]);
    assert_eq!(outcomes[2..7], [TokenOutcome::Invalid; 5]);
    assert_eq!(outcomes[7..], [TokenOutcome::Exhausted, TokenOutcome::Expired]);
    assert_eq!([answers[0].user_id, answers[8].user_id], [Some(ada), None]);
    answers
}

/// The answers to thirty-one requests of one client.
pub(crate) async fn asked<'a, F: SqlFunction<Output = Admission>>(
    stack: &Stack,
    client: &'a ClientContext,
    function: impl Fn(Asked<'a>) -> F,
) -> Vec<Admission> {
    let mut answers = Vec::new();
    for n in 0..31 {
        let email = stack.address(&format!("n{n}"));
        answers.push(call(stack, &function(Asked::new(stack, email, client))).await);
    }
    assert_eq!(answers[0], Admission { allowed: true, retry_after_seconds: None });
    assert!(!answers[30].allowed && answers[30].retry_after_seconds.is_some());
    answers
}

/// A client whose network nobody has asked from.
pub(crate) fn stranger(stack: &Stack) -> ClientContext {
    let client = client(stack);
    let bits = client.request_id.0.as_u128() >> 96;
    let ip = format!("2001:db8:{:x}:{:x}::1", (bits >> 16) & 0xffff, bits & 0xffff);
    ClientContext::new(client.request_id, Some(&ip), None)
}

pub(crate) async fn request_email_verification(stack: &Stack) -> Vec<Admission> {
    asked(stack, &stranger(stack), RequestEmailVerification).await
}

pub(crate) async fn request_password_reset(stack: &Stack) -> Vec<Admission> {
    asked(stack, &stranger(stack), RequestPasswordReset).await
}

/// Ada, and a link to a new password in her mail.
async fn resetting(stack: &Stack) -> (UserId, LinkToken) {
    let ada = stack.person("ada", true);
    (ada, another_reset(stack).await)
}

async fn another_reset(stack: &Stack) -> LinkToken {
    let client = client(stack);
    let asked = Asked::new(stack, stack.address("ada"), &client);
    call(stack, &RequestPasswordReset(asked)).await;
    link(stack, Purpose::PasswordReset).await
}

async fn check(stack: &Stack, link: &LinkToken) -> PasswordResetCheck {
    let call_of_it = CheckPasswordReset {
        p_token_id: link.id(),
        p_token_hash: &link.hash(),
        p_context: &client(stack),
        // Of "password", in SHA-256.
        p_password_prefixes: vec!["5e88".to_owned()],
    };
    call(stack, &call_of_it).await
}

async fn consume(stack: &Stack, link: &LinkToken) -> Consumption {
    call(stack, &ConsumePasswordReset(&ResetToken::new(link, &client(stack)))).await
}

pub(crate) async fn check_password_reset(stack: &Stack) -> Vec<PasswordResetCheck> {
    let (_, first) = resetting(stack).await;
    let mut answers = vec![check(stack, &first).await];
    let live = &answers[0];
    assert_eq!(
        (live.outcome, live.email.as_str()),
        (TokenOutcome::Live, stack.address("ada").as_str())
    );
    assert!(live.common.iter().any(|digest| digest.starts_with("5e88")), "{:?}", live.common);
    stack.advance(TimeDelta::seconds(61));
    let second = another_reset(stack).await;
    answers.push(check(stack, &first).await);
    answers.push(check(stack, &forged(stack, &second)).await);
    consume(stack, &second).await;
    answers.push(check(stack, &second).await);
    let outcomes: Vec<_> = answers[1..].iter().map(|answer| answer.outcome).collect();
    assert_eq!(outcomes, [TokenOutcome::Superseded, TokenOutcome::Invalid, TokenOutcome::Used]);
    answers
}

pub(crate) async fn consume_password_reset(stack: &Stack) -> Vec<Consumption> {
    let (ada, link) = resetting(stack).await;
    let answers = vec![consume(stack, &link).await, consume(stack, &link).await];
    assert_eq!(answers[0], Consumption { outcome: TokenOutcome::Consumed, user_id: Some(ada) });
    assert_eq!(answers[1], Consumption { outcome: TokenOutcome::Used, user_id: None });
    answers
}

pub(crate) async fn release_password_reset(stack: &Stack) -> Vec<()> {
    let (_, link) = resetting(stack).await;
    consume(stack, &link).await;
    call(stack, &ReleasePasswordReset(&ResetToken::new(&link, &client(stack)))).await;
    assert_eq!(check(stack, &link).await.outcome, TokenOutcome::Live);
    vec![()]
}

async fn ask_for_change(stack: &Stack, person: UserId, name: &str) -> Admission {
    let client = client(stack);
    let asked = Asked::new(stack, stack.address(name), &client);
    call(stack, &RequestEmailChange::new(person, asked)).await
}

pub(crate) async fn request_email_change(stack: &Stack) -> Vec<Admission> {
    let ada = stack.person("ada", true);
    let mut answers = Vec::new();
    for name in ["one", "two", "three", "four", "five", "six"] {
        answers.push(ask_for_change(stack, ada, name).await);
    }
    assert_eq!(answers[0], Admission { allowed: true, retry_after_seconds: None });
    assert!(!answers[5].allowed && answers[5].retry_after_seconds.is_some());
    answers
}

/// The links of a change that was asked for: to the new address, and to the old one.
async fn changing(stack: &Stack, person: UserId, name: &str) -> [LinkToken; 2] {
    ask_for_change(stack, person, name).await;
    let links = mailed(stack).await;
    [Purpose::EmailChange, Purpose::EmailChangeCancel]
        .map(|purpose| links.iter().find(|(found, _)| *found == purpose).unwrap().1.clone())
}

pub(crate) async fn use_email_change_link(stack: &Stack) -> Vec<AddressConsumption> {
    let follow = async |p_purpose: Purpose, link: &LinkToken| {
        let (p_token_id, p_token_hash) = (link.id(), link.hash());
        let p_context = &client(stack);
        call(stack, &UseEmailChangeLink { p_purpose, p_token_id, p_token_hash, p_context }).await
    };
    let (to_new, to_old) = (Purpose::EmailChange, Purpose::EmailChangeCancel);
    let ada = stack.person("ada", true);
    let [confirm, cancel] = changing(stack, ada, "private").await;
    let mut answers = vec![follow(to_new, &cancel).await, follow(to_new, &confirm).await];
    stack.change_email(ada, &stack.address("private")).await.unwrap();
    answers.push(follow(to_new, &confirm).await);
    answers.push(follow(to_old, &cancel).await);
    stack.change_email(ada, &stack.address("ada")).await.unwrap();
    answers.push(follow(to_old, &cancel).await);
    let [confirm, cancel] = changing(stack, ada, "taken").await;
    stack.person("taken", true);
    answers.push(follow(to_new, &confirm).await);
    answers.push(follow(to_old, &cancel).await);
    answers.push(follow(to_new, &confirm).await);
    let found: Vec<_> =
        answers.iter().map(|answer| (answer.outcome, answer.email.as_deref())).collect();
    let [private, old] = ["private", "ada"].map(|name| stack.address(name));
    assert_eq!(
        found,
        [
            (TokenOutcome::Invalid, None),
            (TokenOutcome::Verified, Some(private.as_str())),
            (TokenOutcome::AlreadyVerified, None),
            (TokenOutcome::Consumed, Some(old.as_str())),
            (TokenOutcome::Used, None),
            (TokenOutcome::AddressTaken, None),
            (TokenOutcome::Consumed, None),
            (TokenOutcome::Superseded, None),
        ]
    );
    assert_eq!(answers[1].user_id, Some(ada));
    answers
}
