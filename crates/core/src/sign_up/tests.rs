use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::{
    email_address::EmailAddress,
    error::Code,
    id::{TokenId, UserId},
    ports::{DatabaseError, IdentityError},
    testing::{World, client},
    token::Purpose,
};

const PASSWORD: &str = "a password of her own";

/// Ada, who has asked to sign up, and the link that was mailed to her.
struct Scene {
    world: World,
    link: LinkToken,
}

fn scene() -> Scene {
    let world = World::new();
    let link = world.config().token_keys.derive(Purpose::SignUp, TokenId::default());
    Scene { world, link }
}

fn live() -> Value {
    json!({
        "outcome": "live", "email": "ada@example.com",
        "common": [hex::encode(Sha256::digest("passwordpassword"))],
        "terms": { "terms": "2026-11", "privacy": "2026-12" },
    })
}

const ID: UserId = UserId(uuid::Uuid::from_u128(7));

/// A link that holds, of an address without an account.
fn taken() -> Scene {
    let scene = scene();
    scene.world.database.answer::<CheckSignUp>(live());
    let answer = json!({ "outcome": "consumed", "user_id": ID, "is_new": true });
    scene.world.database.answer::<TakeSignUp>(answer);
    scene
}

impl Scene {
    fn complete(&self, fields: &Value) -> Result<SignUpStatus, Code> {
        let mut body = json!({
            "token": self.link.encode().expose(), "password": PASSWORD,
            "terms": { "terms": "2026-11", "privacy": "2026-12" },
        });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let request = crate::refusal::parse_request(body.to_string().as_bytes()).unwrap();
        let answer = pollster::block_on(complete(&self.world, &request, &client()));
        answer.map(|answer| answer.status).map_err(|error| error.code())
    }

    fn accounts(&self) -> Vec<(String, String, bool)> {
        let accounts = self.world.accounts.borrow();
        let of = |account: &crate::testing::MemoryAccount| {
            let password = account.password.expose().to_owned();
            (account.address.clone(), password, account.confirmed)
        };
        accounts.iter().map(of).collect()
    }
}

fn ask(world: &World, body: &Value) -> Result<(), Code> {
    let asked: SignUpRequest =
        crate::refusal::parse_request(body.to_string().as_bytes()).map_err(|error| error.code())?;
    let answer = pollster::block_on(request(world, &asked, &client()));
    answer.map(drop).map_err(|error| error.code())
}

fn hers() -> (String, String, bool) {
    ("ada@example.com".to_owned(), PASSWORD.to_owned(), true)
}

#[test]
fn a_request_is_noted_with_its_language_and_looked_at_soon() {
    for (locale, expected) in [(json!("de"), json!("de")), (Value::Null, Value::Null)] {
        let world = World::new();
        world.database.answer::<RequestSignUp>(json!({ "allowed": true }));
        let body = json!({ "email": "ada@example.com", "locale": locale });
        assert_eq!((ask(&world, &body), world.kicks.get()), (Ok(()), 1));
        let asked = world.asked::<RequestSignUp>();
        let address = EmailAddress::parse(&world, "ada@example.com").unwrap();
        let key = world.config().token_keys.address_key(&address);
        assert_eq!(asked.person, None);
        assert_eq!(
            [&asked.arguments["p_email"], &asked.arguments["p_address_key"]],
            [&json!("ada@example.com"), &json!(key)]
        );
        assert_eq!(asked.arguments["p_locale"], expected);
    }
}

#[test]
fn what_is_no_address_or_no_language_is_refused_and_nothing_is_noted() {
    for body in [
        json!({ "email": "nobody" }),
        json!({ "email": "hanako..abe.@docomo.test" }),
        json!({ "email": "ada@example.com", "locale": "x".repeat(65) }),
        json!({ "email": "ada@example.com", "locale": "d\0" }),
        json!({ "email": "ada@example.com", "password": PASSWORD }),
    ] {
        let world = World::new();
        assert_eq!(ask(&world, &body), Err(Code::InvalidRequest), "{body}");
        assert_eq!((world.calls(), world.kicks.get()), (Vec::new(), 0));
    }
}

#[test]
fn a_client_that_asks_too_often_waits() {
    let world = World::new();
    let refused = json!({ "allowed": false, "retry_after_seconds": 60 });
    world.database.answer::<RequestSignUp>(refused);
    let answer = ask(&world, &json!({ "email": "ada@example.com" }));
    assert_eq!((answer, world.kicks.get()), (Err(Code::RateLimited), 0));
}

#[test]
fn a_preview_tells_the_terms_and_hides_most_of_the_address() {
    let scene = scene();
    scene.world.database.answer::<CheckSignUp>(live());
    let request = PreviewSignUpRequest { token: scene.link.encode() };
    let found = pollster::block_on(preview(&scene.world, &request, &client())).unwrap();
    let terms = AcceptedTerms { terms: "2026-11".to_owned(), privacy: "2026-12".to_owned() };
    assert_eq!(found, SignUpPreview { email: "a…@example.com".to_owned(), terms });
    let asked = scene.world.asked::<CheckSignUp>();
    assert_eq!(asked.arguments["p_token_id"], json!(scene.link.id()));
    assert_eq!(asked.arguments["p_token_hash"], json!(scene.link.hash()));
    assert_eq!(asked.arguments["p_password_prefixes"], json!([]));
}

const ALL: [&str; 3] = ["check_sign_up", "take_sign_up", "auth.create_user"];

#[test]
fn whoever_has_the_link_gets_a_confirmed_account() {
    let scene = taken();
    let said = json!({ "display_name": "Ada", "locale": "de", "time_zone": "Europe/Berlin" });
    assert_eq!(scene.complete(&said), Ok(SignUpStatus::SignedUp));
    assert_eq!(scene.accounts(), [hers()]);
    assert_eq!(scene.world.account(ID).id, ID, "what was said goes to no other");
    let asked = scene.world.asked::<TakeSignUp>();
    assert_eq!(asked.arguments["p_introduction"], said);
    assert_eq!(asked.arguments["p_terms"], json!({ "terms": "2026-11", "privacy": "2026-12" }));
    assert_eq!(asked.arguments["p_token_hash"], json!(scene.link.hash()));
    assert_eq!(scene.world.calls(), ALL);
}

#[test]
fn an_account_that_nobody_confirmed_gets_the_password_of_whoever_reads_the_mail() {
    let scene = scene();
    let squatted = scene.world.with_account("ada", false);
    scene.world.database.answer::<CheckSignUp>(live());
    let answer = json!({ "outcome": "consumed", "user_id": squatted, "is_new": false });
    scene.world.database.answer::<TakeSignUp>(answer);
    assert_eq!(scene.complete(&json!({})), Ok(SignUpStatus::SignedUp));
    assert_eq!(scene.accounts(), [hers()]);
    assert_eq!(scene.world.calls()[2], "auth.set_password_and_confirm");
}

#[test]
fn a_password_that_is_refused_uses_nothing_up() {
    for password in ["short", "passwordpassword", "evenkeel evenkeel"] {
        let scene = scene();
        scene.world.database.answer::<CheckSignUp>(live());
        let refused = scene.complete(&json!({ "password": password }));
        assert_eq!(refused, Err(Code::RuleViolation), "{password}");
        assert_eq!(scene.world.calls(), ["check_sign_up"]);
    }
}

#[test]
fn what_cannot_be_a_name_a_language_or_a_version_reaches_nobody() {
    for fields in [
        json!({ "display_name": "A\0" }),
        json!({ "locale": "x".repeat(65) }),
        json!({ "time_zone": "x".repeat(65) }),
        json!({ "terms": { "terms": "", "privacy": "1" } }),
        json!({ "terms": { "terms": "1", "privacy": "one two" } }),
    ] {
        let scene = scene();
        assert_eq!(scene.complete(&fields), Err(Code::InvalidRequest), "{fields}");
        assert!(scene.world.calls().is_empty());
    }
}

#[test]
fn every_state_of_a_link_has_its_code_and_nothing_is_taken() {
    for (outcome, code) in [
        ("invalid", Code::TokenInvalid),
        ("expired", Code::TokenExpired),
        ("exhausted", Code::TokenExhausted),
        ("superseded", Code::TokenSuperseded),
        ("used", Code::TokenUsed),
        ("address_taken", Code::Conflict),
        ("verified", Code::Internal),
    ] {
        let scene = scene();
        scene.world.database.answer::<CheckSignUp>(json!({ "outcome": outcome }));
        assert_eq!(scene.complete(&json!({})), Err(code), "{outcome}");
        assert_eq!(scene.world.calls(), ["check_sign_up"]);
    }
}

#[test]
fn what_is_not_taken_is_not_told_to_auth() {
    for (outcome, code) in [
        ("invalid_name", Code::InvalidRequest),
        ("invalid_locale", Code::InvalidRequest),
        ("wrong_terms", Code::VersionNotInForce),
        ("used", Code::TokenUsed),
        ("live", Code::Internal),
    ] {
        let scene = scene();
        scene.world.database.answer::<CheckSignUp>(live());
        scene.world.database.answer::<TakeSignUp>(json!({ "outcome": outcome }));
        assert_eq!(scene.complete(&json!({})), Err(code), "{outcome}");
        assert_eq!(scene.world.calls(), ALL[..2]);
    }
}

#[test]
fn every_failure_of_auth_has_its_code() {
    for (fault, code) in [
        (IdentityError::Unavailable("502".to_owned()), Code::UpstreamUnavailable),
        (IdentityError::Timeout, Code::UpstreamTimeout),
        (IdentityError::EmailExists, Code::Conflict),
        (IdentityError::WeakPassword(vec!["length".to_owned()]), Code::RuleViolation),
        (IdentityError::PasswordTooLong, Code::RuleViolation),
        (IdentityError::Refused("x".to_owned()), Code::Internal),
    ] {
        let scene = taken();
        scene.world.identity_faults.borrow_mut().push_back(fault);
        assert_eq!(scene.complete(&json!({})), Err(code));
        assert!(scene.accounts().is_empty());
    }
    let scene = scene();
    scene.world.database.fail::<CheckSignUp>(DatabaseError::Timeout);
    assert_eq!(scene.complete(&json!({})), Err(Code::UpstreamTimeout));
}
