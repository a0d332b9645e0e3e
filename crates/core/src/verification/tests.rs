use serde_json::{Value, json};

use super::*;
use crate::{
    error::Code,
    id::TokenId,
    link_request::AcceptedStatus,
    ports::DatabaseError,
    testing::{World, client},
    token::Purpose,
};

/// Ada, who has signed up, and the link that was mailed to her.
struct Scene {
    world: World,
    ada: UserId,
    link: LinkToken,
}

fn scene() -> Scene {
    let world = World::new();
    let ada = world.with_account("ada", false);
    let link = world.config().token_keys.derive(Purpose::EmailVerification, TokenId::default());
    Scene { world, ada, link }
}

/// Ada's link, of which the database says this.
fn found(outcome: &str) -> Scene {
    let scene = scene();
    let answer = json!({ "outcome": outcome, "user_id": scene.ada });
    scene.world.database.answer::<ConsumeEmailVerification>(answer);
    scene
}

impl Scene {
    fn verify(&self, fields: &Value) -> Result<VerifyStatus, Code> {
        let mut body = json!({ "token": self.link.encode().expose() });
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let request = crate::refusal::parse_request(body.to_string().as_bytes()).unwrap();
        let response = pollster::block_on(verify(&self.world, &request, &client()));
        response.map(|response| response.status).map_err(|error| error.code())
    }

    fn is_confirmed(&self) -> bool {
        self.world.account(self.ada).confirmed
    }
}

const BOTH: [&str; 2] = ["consume_email_verification", "auth.confirm_email"];

#[test]
fn a_link_that_holds_is_told_to_auth_also_the_second_time() {
    let words =
        [("verified", VerifyStatus::Verified), ("already_verified", VerifyStatus::AlreadyVerified)];
    for (outcome, status) in words {
        let scene = found(outcome);
        assert_eq!(scene.verify(&json!({})), Ok(status));
        let asked = scene.world.asked::<ConsumeEmailVerification>();
        assert_eq!(asked.person, None);
        assert_eq!(asked.arguments["p_token_id"], json!(scene.link.id()));
        assert_eq!(asked.arguments["p_token_hash"], json!(scene.link.hash()));
        assert_eq!(asked.arguments["p_introduction"], json!(null));
        assert_eq!((scene.world.calls(), scene.is_confirmed()), (BOTH.into(), true));
    }
}

#[test]
fn what_is_said_with_the_link_goes_along() {
    let said = json!({ "display_name": "Ada", "locale": "pt-BR", "time_zone": "Europe/Lisbon" });
    let alone = json!({ "display_name": null, "locale": "de", "time_zone": null });
    for (fields, expected) in [(said.clone(), said), (json!({ "locale": "de" }), alone)] {
        let scene = found("verified");
        scene.verify(&fields).unwrap();
        let asked = scene.world.asked::<ConsumeEmailVerification>();
        assert_eq!(asked.arguments["p_introduction"], expected);
    }
}

#[test]
fn every_state_of_a_token_has_its_code_and_auth_is_not_told() {
    for (outcome, code) in [
        ("invalid", Code::TokenInvalid),
        ("expired", Code::TokenExpired),
        ("exhausted", Code::TokenExhausted),
        ("superseded", Code::TokenSuperseded),
        ("invalid_name", Code::InvalidRequest),
        ("invalid_locale", Code::InvalidRequest),
        ("live", Code::Internal),
    ] {
        let scene = found(outcome);
        assert_eq!(scene.verify(&json!({})), Err(code), "{outcome}");
        assert_eq!((scene.world.calls(), scene.is_confirmed()), (BOTH[..1].into(), false));
    }
}

#[test]
fn a_database_that_fails_leaves_auth_alone() {
    let malformed = Ok(json!({ "outcome": "verified" }));
    let unavailable = Err(DatabaseError::Unavailable("down".to_owned()));
    for (answer, code) in [
        (unavailable, Code::UpstreamUnavailable),
        (Err(DatabaseError::Timeout), Code::UpstreamTimeout),
        (malformed, Code::Internal),
    ] {
        let scene = scene();
        let database = &scene.world.database;
        match answer {
            Ok(answer) => database.answer::<ConsumeEmailVerification>(answer),
            Err(error) => database.fail::<ConsumeEmailVerification>(error),
        };
        assert_eq!(scene.verify(&json!({})), Err(code));
        assert_eq!(scene.world.calls(), BOTH[..1]);
    }
}

#[test]
fn every_failure_of_auth_has_its_code() {
    for (fault, code) in [
        (IdentityError::Unavailable("502".to_owned()), Code::UpstreamUnavailable),
        (IdentityError::Timeout, Code::UpstreamTimeout),
        (IdentityError::Refused("unexpected".to_owned()), Code::Internal),
        // Erased meanwhile: it looks like a bad link.
        (IdentityError::NotFound, Code::TokenInvalid),
    ] {
        let scene = found("verified");
        scene.world.identity_faults.borrow_mut().push_back(fault);
        assert_eq!((scene.verify(&json!({})), scene.world.calls()), (Err(code), BOTH.into()));
    }
}

#[test]
fn an_introduction_is_refused_before_the_link_is_used() {
    for (field, value) in [
        ("display_name", "Ada\0Lovelace".to_owned()),
        ("locale", "x".repeat(65)),
        ("time_zone", "Mars\0".to_owned()),
    ] {
        let scene = scene();
        assert_eq!(scene.verify(&json!({ field: value })), Err(Code::InvalidRequest), "{field}");
        assert!(scene.world.calls().is_empty());
    }
    for (field, value) in [("display_name", "Ada\nLovelace".to_owned()), ("locale", "x".repeat(64))]
    {
        assert!(found("verified").verify(&json!({ field: value })).is_ok(), "{field}");
    }
}

#[test]
fn text_that_is_no_token_never_reaches_the_database() {
    for text in ["", "x", "AAAA", &"A".repeat(63), &"!".repeat(64)] {
        let scene = scene();
        assert_eq!(scene.verify(&json!({ "token": text })), Err(Code::TokenInvalid), "{text}");
        assert!(scene.world.calls().is_empty());
    }
}

#[test]
fn another_link_is_asked_for_by_its_own_function() {
    let world = World::new();
    world.database.answer::<RequestEmailVerification>(json!({ "allowed": true }));
    let request = crate::refusal::parse_request(br#"{"email":"ada@example.com"}"#).unwrap();
    let answer = pollster::block_on(request_link(&world, &request, &client())).unwrap();
    assert_eq!(answer.status, AcceptedStatus::Accepted);
    assert_eq!(world.calls(), ["request_email_verification"]);
}
