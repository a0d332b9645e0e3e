use chrono::TimeDelta;

use super::*;
use crate::{
    error::Code,
    id::{RequestId, TokenId, UserId},
    link_request::AcceptedStatus,
    ports::Clock as _,
    secret::SecretString,
    testing::{MemoryToken, World},
    token::Purpose,
};

const ID: TokenId = TokenId(uuid::Uuid::from_u128(7));

/// A world with one token that has been mailed, and its link.
fn world() -> (World, SecretString) {
    let world = World::new();
    let token = world.config().token_keys.derive(Purpose::EmailVerification, ID);
    let row = MemoryToken {
        token_hash: Some(token.hash()),
        ..MemoryToken::issued(Purpose::EmailVerification, ID, world.now())
    };
    world.tokens.borrow_mut().rows.push(row);
    (world, token.encode())
}

fn client() -> ClientContext {
    ClientContext::new(RequestId(uuid::Uuid::nil()), None, None)
}

fn confirm(world: &World, token: &SecretString) -> Result<VerifyStatus, Code> {
    introduce(world, &serde_json::json!({ "token": token.expose() }))
}

fn introduce(world: &World, body: &serde_json::Value) -> Result<VerifyStatus, Code> {
    let request: VerifyRequest =
        crate::refusal::parse_request(body.to_string().as_bytes()).unwrap();
    let response = pollster::block_on(verify(world, &request, &client()));
    response.map(|response| response.status).map_err(|error| error.code())
}

fn ask(world: &World, email: &str) -> Result<AcceptedResponse, Code> {
    let body = serde_json::json!({ "email": email }).to_string();
    let request: LinkRequest = crate::refusal::parse_request(body.as_bytes()).unwrap();
    pollster::block_on(request_link(world, &request, &client())).map_err(|error| error.code())
}

#[test]
fn a_good_link_confirms_the_address_with_auth() {
    let (world, link) = world();
    assert_eq!(confirm(&world, &link), Ok(VerifyStatus::Verified));
    assert_eq!(*world.confirmed.borrow(), [UserId(ID.0)]);
}

#[test]
fn the_same_link_again_says_so_and_tells_auth_again() {
    let (world, link) = world();
    confirm(&world, &link).unwrap();
    assert_eq!(confirm(&world, &link), Ok(VerifyStatus::AlreadyVerified));
    assert_eq!(world.confirmed.borrow().len(), 2);
}

#[test]
fn a_failure_of_auth_leaves_a_link_that_still_works() {
    let (world, link) = world();
    for (fault, code) in [
        (IdentityError::Unavailable("502".to_owned()), Code::UpstreamUnavailable),
        (IdentityError::Timeout, Code::UpstreamTimeout),
        (IdentityError::Refused("unexpected".to_owned()), Code::Internal),
    ] {
        world.identity_faults.borrow_mut().push(fault);
        assert_eq!(confirm(&world, &link), Err(code));
    }
    assert_eq!(confirm(&world, &link), Ok(VerifyStatus::AlreadyVerified));
    assert_eq!(*world.confirmed.borrow(), [UserId(ID.0)]);
}

#[test]
fn what_is_said_with_the_link_reaches_the_account_and_what_came_before_does_not() {
    let (world, link) = world();
    let said = |world: &World| world.tokens.borrow().rows[0].introduction.clone();
    let body = serde_json::json!({
        "token": link.expose(), "display_name": "Ada", "locale": "pt-BR", "time_zone": "Europe/Lisbon",
    });
    assert_eq!(introduce(&world, &body), Ok(VerifyStatus::Verified));
    let ada = serde_json::json!({
        "display_name": "Ada", "locale": "pt-BR", "time_zone": "Europe/Lisbon",
    });
    assert_eq!(said(&world), ada);
    let (world, link) = self::world();
    assert_eq!(confirm(&world, &link), Ok(VerifyStatus::Verified));
    assert_eq!(said(&world), serde_json::Value::Null);
}

#[test]
fn an_introduction_is_refused_before_the_link_is_used() {
    let (world, link) = world();
    for (field, value) in [
        ("display_name", "x".repeat(101)),
        ("display_name", "Ada\nLovelace".to_owned()),
        ("locale", "x".repeat(65)),
        ("time_zone", "Mars\u{7f}".to_owned()),
    ] {
        let body = serde_json::json!({ "token": link.expose(), field: value });
        assert_eq!(introduce(&world, &body), Err(Code::InvalidRequest), "{field}");
    }
    assert_eq!(confirm(&world, &link), Ok(VerifyStatus::Verified));
}

#[test]
fn an_account_that_was_erased_meanwhile_looks_like_a_bad_link() {
    let (world, link) = world();
    world.identity_faults.borrow_mut().push(IdentityError::NotFound);
    assert_eq!(confirm(&world, &link), Err(Code::TokenInvalid));
}

#[test]
fn every_state_of_a_token_has_its_code() {
    type Change = fn(&mut MemoryToken);
    let cases: [(Change, Code); 4] = [
        (|token| token.expires_at -= TimeDelta::hours(25), Code::TokenExpired),
        (|token| token.attempts = 5, Code::TokenExhausted),
        (|token| token.superseded = true, Code::TokenSuperseded),
        (|token| token.token_hash = None, Code::TokenInvalid),
    ];
    for (change, code) in cases {
        let (world, link) = world();
        change(&mut world.tokens.borrow_mut().rows[0]);
        assert_eq!(confirm(&world, &link), Err(code));
        assert!(world.confirmed.borrow().is_empty());
    }
}

#[test]
fn five_wrong_attempts_lock_the_link() {
    let (world, link) = world();
    let other = world.config().token_keys.derive(Purpose::PasswordReset, ID).encode();
    for _ in 0..5 {
        assert_eq!(confirm(&world, &other), Err(Code::TokenInvalid));
    }
    assert_eq!(confirm(&world, &link), Err(Code::TokenExhausted));
}

#[test]
fn text_that_is_no_token_never_reaches_the_database() {
    let (world, _) = world();
    for text in ["", "x", "AAAA", &"A".repeat(63), &"A".repeat(65), &"!".repeat(64)] {
        assert_eq!(confirm(&world, &SecretString::new(text)), Err(Code::TokenInvalid), "{text}");
    }
    assert_eq!(world.tokens.borrow().rows[0].attempts, 0);
}

#[test]
fn every_address_gets_the_same_answer_and_the_same_single_call() {
    let world = World::new();
    for email in ["known@example.com", "unknown@example.com", " Known@Example.com "] {
        assert_eq!(ask(&world, email), Ok(AcceptedResponse { status: AcceptedStatus::Accepted }));
    }
    let requests = &world.tokens.borrow().requests.waiting;
    assert_eq!(requests.len(), 2, "two spellings of an address are one");
    assert_ne!(requests[0].1["p_address_key"], requests[1].1["p_address_key"]);
    assert_eq!(world.kicks.get(), 3);
}

#[test]
fn what_is_no_address_is_refused_before_anything_happens() {
    let world = World::new();
    assert_eq!(ask(&world, "nobody"), Err(Code::InvalidRequest));
    assert!(world.tokens.borrow().requests.waiting.is_empty());
    assert_eq!(world.kicks.get(), 0);
}
