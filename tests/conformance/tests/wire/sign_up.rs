//! The functions of signing up.

use chrono::TimeDelta;
use evenkeel_conformance::{Stack, Subject as _};
use evenkeel_core::{
    introduction::Introduction,
    link_request::{Admission, Asked},
    ports::{Identity as _, NewUser},
    secret::SecretString,
    sign_up::{
        CheckSignUp, RequestSignUp, SignUpCheck, SignUpConsumption, SignUpOutcome, TakeSignUp,
    },
    terms::AcceptedTerms,
    token::{LinkToken, Purpose, TokenOutcome},
};

use crate::{
    call, client, forged, link,
    links::{asked, stranger},
};

pub(crate) async fn request_sign_up(stack: &Stack) -> Vec<Admission> {
    asked(stack, &stranger(stack), |asked| RequestSignUp::new(asked, Some("de"))).await
}

/// A link that completes the sign-up of somebody.
async fn signing_up(stack: &Stack, name: &str) -> LinkToken {
    let client = client(stack);
    let asked = Asked::new(stack, stack.address(name), &client);
    call(stack, &RequestSignUp::new(asked, None)).await;
    link(stack, Purpose::SignUp).await
}

async fn check(stack: &Stack, link: &LinkToken) -> SignUpCheck {
    let call_of_it = CheckSignUp {
        p_token_id: link.id(),
        p_token_hash: link.hash(),
        // Of "password", in SHA-256.
        p_password_prefixes: vec!["5e88".to_owned()],
        p_context: &client(stack),
    };
    call(stack, &call_of_it).await
}

async fn take(
    stack: &Stack,
    link: &LinkToken,
    said: Introduction<'_>,
    terms: &AcceptedTerms,
) -> SignUpConsumption {
    let call_of_it = TakeSignUp {
        p_token_id: link.id(),
        p_token_hash: link.hash(),
        p_introduction: said,
        p_terms: terms,
        p_context: &client(stack),
    };
    call(stack, &call_of_it).await
}

pub(crate) async fn check_sign_up(stack: &Stack) -> Vec<SignUpCheck> {
    let first = signing_up(stack, "ada").await;
    let mut answers = vec![check(stack, &first).await];
    let live = &answers[0];
    assert_eq!(live.email, stack.address("ada").as_str());
    assert!(live.common.iter().any(|digest| digest.starts_with("5e88")), "{:?}", live.common);
    assert!(!live.terms.terms.is_empty() && !live.terms.privacy.is_empty());
    stack.advance(TimeDelta::seconds(61));
    let second = signing_up(stack, "ada").await;
    answers.push(check(stack, &first).await);
    answers.push(check(stack, &forged(stack, &second)).await);
    stack.advance(TimeDelta::hours(25));
    answers.push(check(stack, &second).await);
    let outcomes: Vec<_> = answers.iter().map(|answer| answer.outcome).collect();
    assert_eq!(
        outcomes,
        [
            TokenOutcome::Live,
            TokenOutcome::Superseded,
            TokenOutcome::Invalid,
            TokenOutcome::Expired
        ]
    );
    answers
}

pub(crate) async fn take_sign_up(stack: &Stack) -> Vec<SignUpConsumption> {
    let bob = stack.person("bob", false);
    let [ada_s, bobs] = [signing_up(stack, "ada").await, signing_up(stack, "bob").await];
    let terms = check(stack, &ada_s).await.terms;
    let said = |display_name, locale| Introduction {
        display_name: Some(display_name),
        locale: Some(locale),
        time_zone: None,
    };
    let old = AcceptedTerms { terms: "old".to_owned(), ..terms.clone() };
    let mut answers = vec![
        take(stack, &ada_s, said("https://evil.example/x", "de"), &terms).await,
        take(stack, &ada_s, said("Ada", "no language"), &terms).await,
        take(stack, &ada_s, said("Ada", "de"), &old).await,
        take(stack, &ada_s, said("Ada", "de"), &terms).await,
        take(stack, &bobs, said("Bob", "de"), &terms).await,
    ];
    let ada = NewUser {
        id: answers[3].user_id,
        email: stack.address("ada"),
        password: SecretString::new("correct horse battery staple"),
        email_confirmed: true,
    };
    stack.create_user(&ada).await.unwrap();
    answers.push(take(stack, &ada_s, said("Ada", "de"), &terms).await);
    let outcomes: Vec<_> = answers.iter().map(|answer| answer.outcome).collect();
    assert_eq!(
        outcomes,
        [
            SignUpOutcome::Link(TokenOutcome::InvalidName),
            SignUpOutcome::Link(TokenOutcome::InvalidLocale),
            SignUpOutcome::WrongTerms,
            SignUpOutcome::Link(TokenOutcome::Consumed),
            SignUpOutcome::Link(TokenOutcome::Consumed),
            SignUpOutcome::Link(TokenOutcome::Used),
        ]
    );
    assert_eq!([answers[3].is_new, answers[4].is_new], [true, false]);
    assert_eq!(answers[4].user_id, Some(bob));
    answers
}
