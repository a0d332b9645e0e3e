use serde_json::{Value, json};

use super::*;
use crate::{
    caller::CurrentUserId,
    error::Code,
    id::{TokenId, UserId},
    ports::{DatabaseError, IdentityError},
    testing::{World, client, signed_in},
};

const OLD: &str = "ada@example.com";
const NEW: &str = "ada@home.test";

/// Ada, who has an account.
fn ada() -> (World, UserId) {
    let world = World::new();
    let ada = world.with_account("ada", true);
    (world, ada)
}

fn ask(world: &World, address: &str) -> Result<(), Code> {
    let body = json!({ "email": address }).to_string();
    let asked: LinkRequest = crate::refusal::parse_request(body.as_bytes()).unwrap();
    let answer = pollster::block_on(request(world, &signed_in("ada"), &asked, &client()));
    answer.map(drop).map_err(|error| error.code())
}

fn follow(world: &World, purpose: Purpose) -> Result<AddressStatus, Code> {
    let link = world.config().token_keys.derive(purpose, TokenId::default());
    let request = AddressLinkRequest { token: link.encode() };
    let answer = pollster::block_on(use_link(world, purpose, &request, &client()));
    answer.map(|answer| answer.status).map_err(|error| error.code())
}

#[test]
fn whoever_is_signed_in_asks_in_their_own_name() {
    let (world, ada) = ada();
    world.database.answer::<CurrentUserId>(json!(ada));
    world.database.answer::<RequestEmailChange>(json!({ "allowed": true }));
    assert_eq!((ask(&world, NEW), world.kicks.get()), (Ok(()), 1));
    let (who, asked) = (world.asked::<CurrentUserId>(), world.asked::<RequestEmailChange>());
    assert_eq!(who.person.as_deref(), Some(signed_in("ada").expose()));
    assert_eq!((asked.person, &asked.arguments["p_user_id"]), (None, &json!(ada)));
    assert_eq!(asked.arguments["p_email"], NEW);
    let keys = &world.config().token_keys;
    let key = keys.address_key(&EmailAddress::parse(&world, NEW).unwrap());
    assert_eq!(asked.arguments["p_address_key"], key);
    assert_eq!(world.calls(), ["current_user_id", "request_email_change"]);
}

#[test]
fn nobody_asks_without_a_session_nor_for_what_is_no_address() {
    let of_the_token = DatabaseError::Refused {
        code: "PGRST303".to_owned(),
        status: 401,
        message: "JWT expired".to_owned(),
        details: None,
    };
    let world = World::new();
    world.database.answer::<CurrentUserId>(json!(null)).fail::<CurrentUserId>(of_the_token);
    assert_eq!([(); 2].map(|()| ask(&world, NEW)), [Err(Code::Unauthenticated); 2]);
    world.database.fail::<CurrentUserId>(DatabaseError::Timeout);
    assert_eq!(ask(&world, NEW), Err(Code::UpstreamTimeout), "which says nothing about them");
    assert_eq!((world.calls(), world.kicks.get()), (vec!["current_user_id"; 3], 0));
    assert_eq!((ask(&world, "nothing"), world.calls()), (Err(Code::InvalidRequest), Vec::new()));
}

#[test]
fn a_person_who_asks_too_often_waits() {
    let (world, ada) = ada();
    world.database.answer::<CurrentUserId>(json!(ada));
    let refused = json!({ "allowed": false, "retry_after_seconds": 700 });
    world.database.answer::<RequestEmailChange>(refused);
    assert_eq!((ask(&world, NEW), world.kicks.get()), (Err(Code::RateLimited), 0));
}

/// The answer of the database about a link, and whether Auth is told.
fn outcomes() -> [(Value, AddressStatus, bool); 5] {
    let about = |outcome: &str, email: Option<&str>| json!({ "outcome": outcome, "email": email });
    [
        (about("verified", Some(NEW)), AddressStatus::Changed, true),
        (about("already_verified", None), AddressStatus::AlreadyChanged, false),
        (about("already_verified", Some(NEW)), AddressStatus::AlreadyChanged, true),
        (about("consumed", Some(NEW)), AddressStatus::MovedBack, true),
        (about("consumed", None), AddressStatus::Kept, false),
    ]
}

#[test]
fn auth_is_told_the_address_that_the_database_says_and_nothing_else() {
    for purpose in [Purpose::EmailChange, Purpose::EmailChangeCancel] {
        for (mut answer, status, is_told) in outcomes() {
            let (world, ada) = ada();
            answer["user_id"] = json!(ada);
            world.database.answer::<UseEmailChangeLink>(answer.clone());
            assert_eq!(follow(&world, purpose), Ok(status));
            let asked = world.asked::<UseEmailChangeLink>();
            let link = world.config().token_keys.derive(purpose, TokenId::default());
            assert_eq!((asked.person, &asked.arguments["p_purpose"]), (None, &json!(purpose)));
            assert_eq!(asked.arguments["p_token_id"], json!(link.id()));
            assert_eq!(asked.arguments["p_token_hash"], json!(link.hash()));
            let steps = ["use_email_change_link", "auth.change_email"];
            assert_eq!(world.calls(), steps[..=usize::from(is_told)], "{answer}");
            assert_eq!(world.account(ada).address, if is_told { NEW } else { OLD });
        }
    }
}

#[test]
fn every_state_of_a_link_has_its_code_and_auth_is_not_told() {
    for (outcome, code) in [
        ("invalid", Code::TokenInvalid),
        ("expired", Code::TokenExpired),
        ("exhausted", Code::TokenExhausted),
        ("superseded", Code::TokenSuperseded),
        ("used", Code::TokenUsed),
        ("address_taken", Code::Conflict),
        // Without an address.
        ("verified", Code::Internal),
        ("live", Code::Internal),
    ] {
        let (world, ada) = ada();
        let answer = json!({ "outcome": outcome, "user_id": ada, "email": null });
        world.database.answer::<UseEmailChangeLink>(answer);
        assert_eq!(follow(&world, Purpose::EmailChange), Err(code), "{outcome}");
        assert_eq!(world.calls(), ["use_email_change_link"]);
    }
}

#[test]
fn every_failure_has_its_code_and_the_database_is_not_asked_again() {
    for (fault, code) in [
        (IdentityError::Unavailable("502".to_owned()), Code::UpstreamUnavailable),
        (IdentityError::Timeout, Code::UpstreamTimeout),
        (IdentityError::Refused("x".to_owned()), Code::Internal),
        (IdentityError::NotFound, Code::NotFound),
        (IdentityError::EmailExists, Code::Conflict),
    ] {
        let (world, ada) = ada();
        let answer = json!({ "outcome": "verified", "user_id": ada, "email": NEW });
        world.database.answer::<UseEmailChangeLink>(answer);
        world.identity_faults.borrow_mut().push_back(fault);
        assert_eq!(follow(&world, Purpose::EmailChange), Err(code));
        assert_eq!(world.calls(), ["use_email_change_link", "auth.change_email"]);
    }
    let (world, _) = ada();
    world.database.fail::<UseEmailChangeLink>(DatabaseError::Timeout);
    assert_eq!(follow(&world, Purpose::EmailChange), Err(Code::UpstreamTimeout));
    assert_eq!(world.calls(), ["use_email_change_link"], "Auth is not told");
}
