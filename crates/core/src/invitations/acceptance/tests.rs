use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::*;
use crate::{
    caller::CurrentUserId,
    email_address::EmailAddress,
    id::{RequestId, TokenId},
    ports::{DatabaseError, IdentityError},
    secret::SecretString,
    testing::{PASSWORD, World, client, signed_in},
    token::Purpose,
};

const NEW: &str = "a password of his own";
const COMPANY: CompanyId = CompanyId(uuid::Uuid::from_u128(1));

/// Northwind has invited Benjamin, and the mail has arrived.
struct Scene {
    world: World,
    link: LinkToken,
}

fn scene() -> Scene {
    let world = World::new();
    let link = world.config().token_keys.derive(Purpose::Invitation, TokenId::default());
    Scene { world, link }
}

/// What the database says of an invitation that can be accepted.
fn live(account: &str, user: Option<UserId>) -> Value {
    json!({
        "outcome": "live", "company": { "id": COMPANY, "name": "Northwind" },
        "email": "benjamin@example.com", "full_name": "Benjamin", "account": account,
        "user_id": user, "names": ["Northwind"], "common": [hex::encode(Sha256::digest("passwordpassword"))],
        "terms": { "terms": "2026-11", "privacy": "2026-12" },
    })
}

/// A scene in which Benjamin has such an account.
fn checked(account: &str) -> (Scene, Option<UserId>) {
    let scene = scene();
    let ben =
        (account != "none").then(|| scene.world.with_account("benjamin", account == "confirmed"));
    scene.world.database.answer::<CheckInvitation>(live(account, ben));
    (scene, ben)
}

fn request(fields: &Value) -> AcceptRequest {
    let mut body = json!({
        "token": "", "password": NEW, "full_name": "Ben",
        "terms": { "terms": "2026-11", "privacy": "2026-12" },
    });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    crate::refusal::parse_request(body.to_string().as_bytes()).unwrap()
}

impl Scene {
    fn accepted(&self) {
        let answer = json!({ "outcome": "accepted", "company_id": COMPANY });
        self.world.database.answer::<AcceptInvitation>(answer);
    }

    fn try_with(&self, person: Option<&AccessToken>, fields: &Value) -> Result<CompanyId> {
        let request = AcceptRequest { token: self.link.encode(), ..request(fields) };
        pollster::block_on(accept(&self.world, person, &request, &client()))
            .map(|answer| answer.company_id)
    }

    fn by_mail(&self, fields: &Value) -> Result<CompanyId, Code> {
        self.try_with(None, fields).map_err(|error| error.code())
    }

    fn signed_in(&self, fields: &Value) -> Result<CompanyId, Code> {
        self.try_with(Some(&signed_in("ben")), fields).map_err(|error| error.code())
    }

    fn preview(&self) -> Result<PreviewResponse, Code> {
        let request = PreviewRequest { token: self.link.encode() };
        pollster::block_on(preview(&self.world, &request, &client())).map_err(|error| error.code())
    }

    fn has_link(&self, arguments: &Value) {
        assert_eq!(arguments["p_token_id"], json!(self.link.id()));
        assert_eq!(arguments["p_token_hash"], json!(self.link.hash()));
    }
}

#[test]
fn a_preview_says_who_invites_and_hides_most_of_the_address() {
    for (account, requires) in [
        ("none", Requirement::Password),
        ("unconfirmed", Requirement::Password),
        ("confirmed", Requirement::SignIn),
    ] {
        let (scene, _) = checked(account);
        let found = scene.preview().unwrap();
        let terms = AcceptedTerms { terms: "2026-11".to_owned(), privacy: "2026-12".to_owned() };
        let expected = PreviewResponse {
            company: InvitingCompany { id: COMPANY, name: "Northwind".to_owned() },
            email: "b…@example.com".to_owned(),
            full_name: Some("Benjamin".to_owned()),
            requires,
            terms,
        };
        assert_eq!(found, expected);
        let asked = scene.world.asked::<CheckInvitation>();
        scene.has_link(&asked.arguments);
        assert_eq!((&asked.arguments["p_password_prefixes"], asked.person), (&json!([]), None));
        assert_eq!(scene.world.calls(), ["check_invitation"]);
    }
}

#[test]
fn somebody_new_gets_a_confirmed_account_first_and_is_a_member_then() {
    let (scene, _) = checked("none");
    scene.accepted();
    assert_eq!(scene.by_mail(&json!({})), Ok(COMPANY));
    let ben = scene.world.accounts.borrow()[0].clone();
    assert_eq!((ben.address.as_str(), ben.confirmed), ("benjamin@example.com", true));
    assert_eq!(ben.password.expose(), NEW);
    let prefixes = ProposedPassword::new(&scene.world, &SecretString::new(NEW)).prefixes();
    let checked = scene.world.asked::<CheckInvitation>().arguments;
    assert_eq!(checked["p_password_prefixes"], json!(prefixes));
    assert_eq!(checked["p_full_name"], json!("Ben"));
    let asked = scene.world.asked::<AcceptInvitation>();
    scene.has_link(&asked.arguments);
    let mut rest = asked.arguments;
    for name in ["p_token_id", "p_token_hash"] {
        rest.as_object_mut().unwrap().remove(name);
    }
    let expected = json!({
        "p_user_id": ben.id, "p_full_name": "Ben", "p_own_account": false,
        "p_terms": { "terms": "2026-11", "privacy": "2026-12" }, "p_private_address": null,
        "p_context": client(),
    });
    assert_eq!((rest, asked.person), (expected, None));
    let steps = ["check_invitation", "auth.create_user", "accept_invitation"];
    assert_eq!(scene.world.calls(), steps);
}

#[test]
fn an_account_that_nobody_confirmed_gets_the_new_password() {
    let (scene, squatter) = checked("unconfirmed");
    scene.accepted();
    assert_eq!(scene.by_mail(&json!({})), Ok(COMPANY));
    let ben = scene.world.account(squatter.unwrap());
    assert_eq!((ben.password.expose(), ben.confirmed), (NEW, true));
    assert_eq!(scene.world.asked::<AcceptInvitation>().arguments["p_user_id"], json!(squatter));
    let steps = ["check_invitation", "auth.set_password_and_confirm", "accept_invitation"];
    assert_eq!(scene.world.calls(), steps);
}

#[test]
fn a_link_does_nothing_to_a_confirmed_account() {
    let (scene, ben) = checked("confirmed");
    assert_eq!(scene.by_mail(&json!({})), Err(Code::Unauthenticated));
    assert_eq!(scene.world.calls(), ["check_invitation"]);
    assert_eq!(scene.world.account(ben.unwrap()).password.expose(), PASSWORD);
}

#[test]
fn whoever_is_signed_in_accepts_as_themselves() {
    for own_account in [false, true] {
        let scene = scene();
        let ben = scene.world.with_account("benjamin", true);
        scene.world.database.answer::<CurrentUserId>(json!(ben));
        scene.accepted();
        let fields = json!({ "password": null, "full_name": null, "own_account": own_account });
        assert_eq!(scene.signed_in(&fields), Ok(COMPANY));
        let who = scene.world.asked::<CurrentUserId>();
        assert_eq!(who.person.as_deref(), Some(signed_in("ben").expose()));
        let asked = scene.world.asked::<AcceptInvitation>();
        scene.has_link(&asked.arguments);
        assert_eq!((asked.person, &asked.arguments["p_user_id"]), (None, &json!(ben)));
        assert_eq!(asked.arguments["p_own_account"], own_account);
        assert_eq!(asked.arguments["p_full_name"], json!(null));
        assert_eq!(scene.world.calls(), ["current_user_id", "accept_invitation"]);
    }
}

#[test]
fn nobody_joins_with_an_account_of_theirs_without_a_session() {
    let (by_mail, _) = checked("none");
    by_mail.accepted();
    assert_eq!(by_mail.by_mail(&json!({ "own_account": true })), Ok(COMPANY));
    assert_eq!(by_mail.world.asked::<AcceptInvitation>().arguments["p_own_account"], false);
    let ended = scene();
    ended.world.database.answer::<CurrentUserId>(json!(null));
    assert_eq!(ended.signed_in(&json!({})), Err(Code::Unauthenticated));
    assert_eq!(ended.world.calls(), ["current_user_id"]);
}

#[test]
fn an_address_of_their_own_goes_along_under_a_key() {
    let (scene, _) = checked("none");
    scene.accepted();
    assert_eq!(scene.by_mail(&json!({ "private_email": " Ben@Home.test" })), Ok(COMPANY));
    let address = EmailAddress::parse(&scene.world, "ben@home.test").unwrap();
    let address_key = scene.world.config().token_keys.address_key(&address);
    let expected = json!({ "email": "ben@home.test", "address_key": address_key });
    assert_eq!(scene.world.asked::<AcceptInvitation>().arguments["p_private_address"], expected);
    let (blank, _) = checked("none");
    blank.accepted();
    assert_eq!(blank.by_mail(&json!({ "private_email": "  " })), Ok(COMPANY));
    let asked = blank.world.asked::<AcceptInvitation>();
    assert_eq!(asked.arguments["p_private_address"], json!(null));
}

/// Every answer of the database but the one that is asked for.
const REFUSALS: [(&str, Code); 14] = [
    ("invalid", Code::TokenInvalid),
    ("expired", Code::TokenExpired),
    ("exhausted", Code::TokenExhausted),
    ("superseded", Code::TokenSuperseded),
    ("used", Code::TokenUsed),
    ("revoked", Code::InvitationRevoked),
    ("company_suspended", Code::CompanySuspended),
    ("seat_gone", Code::SeatLimit),
    ("wrong_account", Code::WrongAccount),
    ("no_account", Code::WrongAccount),
    ("already_member", Code::Conflict),
    ("invalid_name", Code::InvalidRequest),
    ("wrong_terms", Code::VersionNotInForce),
    // Without a company, or of another function.
    ("accepted", Code::Internal),
];

#[test]
fn every_state_of_an_invitation_has_its_code_before_auth_is_told() {
    for (outcome, code) in REFUSALS {
        let scene = scene();
        let answer = json!({ "outcome": outcome });
        scene.world.database.answer::<CheckInvitation>(answer.clone());
        assert_eq!(scene.preview(), Err(code), "{outcome}");
        scene.world.database.answer::<CheckInvitation>(answer);
        assert_eq!(scene.by_mail(&json!({})), Err(code), "{outcome}");
        assert_eq!(scene.world.calls(), ["check_invitation"; 2]);
    }
}

#[test]
fn whatever_happened_meanwhile_has_its_code() {
    for (outcome, code) in REFUSALS {
        let scene = scene();
        scene.world.database.answer::<CurrentUserId>(json!(UserId::default()));
        let answer = json!({ "outcome": outcome, "company_id": null });
        scene.world.database.answer::<AcceptInvitation>(answer);
        assert_eq!(scene.signed_in(&json!({})), Err(code), "{outcome}");
    }
}

#[test]
fn what_is_refused_makes_no_account_and_leaves_the_invitation() {
    let old = json!({ "terms": "2025-01", "privacy": "2026-12" });
    for (fields, code) in [
        (json!({ "terms": old }), Code::VersionNotInForce),
        (json!({ "password": null }), Code::InvalidRequest),
        (json!({ "password": "short" }), Code::RuleViolation),
        (json!({ "password": "PasswordPassword1" }), Code::RuleViolation),
        (json!({ "password": "i work at northwind" }), Code::RuleViolation),
        (json!({ "password": "my name is benjamin" }), Code::RuleViolation),
        (json!({ "password": "even keel, and more" }), Code::RuleViolation),
    ] {
        for account in ["none", "unconfirmed"] {
            let (scene, _) = checked(account);
            assert_eq!(scene.by_mail(&fields), Err(code), "{fields}");
            assert_eq!(scene.world.calls(), ["check_invitation"]);
        }
    }
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_called() {
    let versions =
        |terms: &str, privacy: &str| json!({ "terms": { "terms": terms, "privacy": privacy } });
    let long = "1".repeat(33);
    for (fields, pointer) in [
        (versions("", "1"), "/terms/terms"),
        (versions("a b", "1"), "/terms/terms"),
        (versions(&long, "1"), "/terms/terms"),
        (versions("1", ""), "/terms/privacy"),
        (versions("1", "a_b"), "/terms/privacy"),
        (json!({ "full_name": "a\u{0}b" }), "/full_name"),
        (json!({ "private_email": "nothing" }), "/private_email"),
    ] {
        let scene = scene();
        let error = scene.try_with(None, &fields).unwrap_err();
        assert_eq!(error.code(), Code::InvalidRequest);
        assert_eq!(error.problem(RequestId::default()).errors[0].pointer, pointer);
        assert!(scene.world.calls().is_empty(), "{fields}");
    }
    for version in ["v1.0-a", &long[1..]] {
        let (scene, _) = checked("none");
        let answer = scene.by_mail(&versions(version, version));
        assert_eq!(answer, Err(Code::VersionNotInForce), "a version, and another");
    }
    let (scene, _) = checked("none");
    scene.accepted();
    assert_eq!(scene.by_mail(&json!({ "full_name": "ñ".repeat(100) })), Ok(COMPANY));
}

#[test]
fn every_failure_of_auth_leaves_the_invitation() {
    for (account, step) in
        [("none", "auth.create_user"), ("unconfirmed", "auth.set_password_and_confirm")]
    {
        for (fault, code) in [
            (IdentityError::Unavailable("502".to_owned()), Code::UpstreamUnavailable),
            (IdentityError::Timeout, Code::UpstreamTimeout),
            (IdentityError::WeakPassword(vec!["pwned".to_owned()]), Code::RuleViolation),
            // Of two racing requests the second.
            (IdentityError::EmailExists, Code::Conflict),
        ] {
            let (scene, _) = checked(account);
            scene.world.identity_faults.borrow_mut().push_back(fault);
            assert_eq!(scene.by_mail(&json!({})), Err(code));
            assert_eq!(scene.world.calls(), ["check_invitation", step]);
        }
    }
}

#[test]
fn a_database_that_fails_ends_the_request() {
    for (error, code) in [
        (DatabaseError::Unavailable("down".to_owned()), Code::UpstreamUnavailable),
        (DatabaseError::Timeout, Code::UpstreamTimeout),
    ] {
        let scene = scene();
        scene.world.database.fail::<CheckInvitation>(error.clone());
        assert_eq!(scene.by_mail(&json!({})), Err(code));
        assert_eq!(scene.world.calls(), ["check_invitation"]);
        let (scene, _) = checked("none");
        scene.world.database.fail::<AcceptInvitation>(error);
        assert_eq!(scene.by_mail(&json!({})), Err(code));
        assert_eq!(scene.world.accounts.borrow().len(), 1, "which they sign in with next");
    }
}
