use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::{
    error::Code,
    id::{RequestId, TokenId},
    link_request::AcceptedStatus,
    ports::DatabaseError,
    secret::SecretString,
    testing::{Call, PASSWORD, World, client},
    token::Purpose,
};

const NEW: &str = "another good password";
const STEPS: [&str; 4] = [
    "check_password_reset",
    "consume_password_reset",
    "auth.set_password_and_confirm",
    "release_password_reset",
];

/// Ada, and the link that was mailed to her.
struct Scene {
    world: World,
    ada: UserId,
    link: LinkToken,
}

fn scene() -> Scene {
    let world = World::new();
    let ada = world.with_account("ada", false);
    let link = world.config().token_keys.derive(Purpose::PasswordReset, TokenId::default());
    Scene { world, ada, link }
}

/// What the database says of a link that holds.
fn live(email: &str) -> Value {
    let common = hex::encode(Sha256::digest("passwordpassword"));
    json!({ "outcome": "live", "email": email, "names": ["Northwind"], "common": [common] })
}

/// A scene whose link holds.
fn checked() -> Scene {
    let scene = scene();
    scene.world.database.answer::<CheckPasswordReset>(live("ada@example.com"));
    scene
}

/// A scene whose link holds and is used up by the call.
fn consumed() -> Scene {
    let scene = checked();
    let consumed = json!({ "outcome": "consumed", "user_id": scene.ada });
    scene.world.database.answer::<ConsumePasswordReset>(consumed);
    scene
}

impl Scene {
    fn try_with(&self, token: SecretString, password: &str) -> Result<()> {
        let request = ResetPasswordRequest { token, password: SecretString::new(password) };
        pollster::block_on(complete(&self.world, &request, &client())).map(drop)
    }

    fn complete(&self, password: &str) -> Result<(), Code> {
        self.try_with(self.link.encode(), password).map_err(|error| error.code())
    }

    /// The code of the answer, after so many of the steps, and the password as it was.
    fn refused_after(&self, steps: usize, code: Code) {
        assert_eq!(self.complete(NEW), Err(code));
        assert_eq!(self.world.calls(), STEPS[..steps], "{code:?}");
        assert_eq!(self.password(), PASSWORD);
    }

    fn password(&self) -> String {
        self.world.account(self.ada).password.expose().to_owned()
    }
}

#[test]
fn a_link_is_looked_at_then_used_up_and_then_auth_is_told() {
    let scene = consumed();
    assert_eq!(scene.complete(NEW), Ok(()));
    let Call { arguments, person, .. } = scene.world.asked::<CheckPasswordReset>();
    assert_eq!(arguments["p_token_id"], json!(scene.link.id()));
    assert_eq!(arguments["p_token_hash"], json!(scene.link.hash()));
    let prefixes = ProposedPassword::new(&scene.world, &SecretString::new(NEW)).prefixes();
    assert_eq!((&arguments["p_password_prefixes"], person), (&json!(prefixes), None));
    let mut token = arguments;
    token.as_object_mut().unwrap().remove("p_password_prefixes");
    let consume = scene.world.asked::<ConsumePasswordReset>();
    assert_eq!((consume.arguments, consume.person), (token, None));
    assert_eq!((scene.world.calls(), scene.password().as_str()), (STEPS[..3].into(), NEW));
    assert!(scene.world.account(scene.ada).confirmed, "whoever holds the link reads the mail");
}

#[test]
fn a_password_is_kept_in_normal_form() {
    let scene = consumed();
    scene.complete("cafe\u{301} au lait, two of them").unwrap();
    assert_eq!(scene.password(), "caf\u{e9} au lait, two of them");
}

#[test]
fn a_password_is_refused_before_the_link_is_used_up() {
    for (email, password, rules) in [
        ("ada@example.com", "short", vec!["too_short"]),
        ("ada@example.com", &"x".repeat(73), vec!["too_long"]),
        ("ada@example.com", "PasswordPassword1", vec!["common"]),
        ("ada@example.com", "i work at northwind", vec!["contains_name"]),
        ("ada@example.com", "even keel", vec!["too_short", "contains_name"]),
        ("lovelace@example.com", "my name is LoveLace", vec!["contains_email"]),
    ] {
        let scene = scene();
        scene.world.database.answer::<CheckPasswordReset>(live(email));
        let error = scene.try_with(scene.link.encode(), password).unwrap_err();
        let problem = error.problem(RequestId::default());
        let broken: Vec<_> = problem.errors.iter().map(|error| error.code).collect();
        assert_eq!((problem.code, broken), (Code::RuleViolation, rules));
        assert_eq!((scene.world.calls(), scene.password().as_str()), (STEPS[..1].into(), PASSWORD));
    }
    // Three letters say nothing.
    assert_eq!(consumed().complete("ada with a long tail"), Ok(()));
}

#[test]
fn every_state_of_a_token_has_its_code_whichever_step_finds_it() {
    for (outcome, code) in [
        ("invalid", Code::TokenInvalid),
        ("expired", Code::TokenExpired),
        ("exhausted", Code::TokenExhausted),
        ("superseded", Code::TokenSuperseded),
        ("used", Code::TokenUsed),
        ("verified", Code::Internal),
    ] {
        let at_first = scene();
        at_first.world.database.answer::<CheckPasswordReset>(json!({ "outcome": outcome }));
        at_first.refused_after(1, code);
        let in_a_race = checked();
        let answer = json!({ "outcome": outcome, "user_id": in_a_race.ada });
        in_a_race.world.database.answer::<ConsumePasswordReset>(answer);
        in_a_race.refused_after(2, code);
    }
    let of_nobody = checked();
    let answer = json!({ "outcome": "consumed", "user_id": null });
    of_nobody.world.database.answer::<ConsumePasswordReset>(answer);
    of_nobody.refused_after(2, Code::Internal);
}

/// Releasing what somebody else may have used up would let two of racing requests win.
#[test]
fn a_database_that_fails_releases_nothing_and_tells_auth_nothing() {
    for (error, code) in [
        (DatabaseError::Unavailable("down".to_owned()), Code::UpstreamUnavailable),
        (DatabaseError::Timeout, Code::UpstreamTimeout),
    ] {
        let scene = scene();
        scene.world.database.fail::<CheckPasswordReset>(error.clone());
        scene.refused_after(1, code);
        let scene = checked();
        scene.world.database.fail::<ConsumePasswordReset>(error);
        scene.refused_after(2, code);
    }
}

#[test]
fn every_failure_of_auth_releases_the_link() {
    for (fault, code) in [
        (IdentityError::Unavailable("502".to_owned()), Code::UpstreamUnavailable),
        (IdentityError::Timeout, Code::UpstreamTimeout),
        (IdentityError::WeakPassword(vec!["pwned".to_owned()]), Code::RuleViolation),
        (IdentityError::PasswordTooLong, Code::RuleViolation),
        (IdentityError::Refused("unexpected".to_owned()), Code::Internal),
        // Erased meanwhile: it looks like a bad link.
        (IdentityError::NotFound, Code::TokenInvalid),
    ] {
        let scene = consumed();
        scene.world.identity_faults.borrow_mut().push_back(fault);
        scene.world.database.answer::<ReleasePasswordReset>(json!(null));
        assert_eq!(scene.complete(NEW), Err(code));
        let used_up = scene.world.asked::<ConsumePasswordReset>();
        assert_eq!(scene.world.asked::<ReleasePasswordReset>().arguments, used_up.arguments);
        assert_eq!((scene.world.calls(), scene.password().as_str()), (STEPS.into(), PASSWORD));
        assert!(scene.world.reports.borrow().is_empty());
    }
}

#[test]
fn a_release_that_fails_is_reported_and_the_answer_is_auths() {
    let scene = consumed();
    scene.world.identity_faults.borrow_mut().push_back(IdentityError::Timeout);
    let down = DatabaseError::Unavailable("down".to_owned());
    scene.world.database.fail::<ReleasePasswordReset>(down);
    assert_eq!(scene.complete(NEW), Err(Code::UpstreamTimeout));
    assert_eq!(*scene.world.reports.borrow(), ["upstream_unavailable: database: down"]);
}

#[test]
fn text_that_is_no_token_never_reaches_the_database() {
    let scene = scene();
    let error = scene.try_with(SecretString::new("x"), NEW).unwrap_err();
    assert_eq!((error.code(), scene.world.calls()), (Code::TokenInvalid, Vec::new()));
}

#[test]
fn a_link_is_asked_for_by_its_own_function() {
    let world = World::new();
    world.database.answer::<RequestPasswordReset>(json!({ "allowed": true }));
    let request = crate::refusal::parse_request(br#"{"email":"ada@example.com"}"#).unwrap();
    let answer = pollster::block_on(request_link(&world, &request, &client())).unwrap();
    assert_eq!(answer.status, AcceptedStatus::Accepted);
    assert_eq!(world.calls(), ["request_password_reset"]);
}
