use core::{future::Future as _, pin::pin, task};

use chrono::TimeDelta;
use futures_util::future::join_all;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::{
    email_address::EmailAddress,
    error::Code,
    id::{RequestId, TokenId},
    outbox::TemplateSource,
    ports::{Clock as _, NewUser},
    secret::SecretString,
    testing::{DatabaseFault, MemoryToken, World},
    token::Purpose,
};

const ID: TokenId = TokenId(uuid::Uuid::from_u128(7));
const OLD: &str = "the password of before";
const NEW: &str = "correct horse battery staple";

/// Ada, with a link that was mailed to her. She is signed in somewhere.
struct Scene {
    world: World,
    ada: UserId,
    link: SecretString,
}

fn scene() -> Scene {
    scene_of(true)
}

fn scene_of(confirmed: bool) -> Scene {
    let world = World::new();
    world.outbox.borrow_mut().templates =
        ["verify_email", "password_reset", "password_changed"].map(template).into();
    let user = NewUser {
        email: EmailAddress::parse(&world, "ada@example.com").unwrap(),
        password: SecretString::new(OLD),
        email_confirmed: confirmed,
    };
    let ada = pollster::block_on(world.create_user(&user)).unwrap();
    {
        let account = &mut world.accounts.borrow_mut()[0];
        account.sessions = 2;
        account.companies = vec!["Northwind".to_owned()];
    }
    world.common_passwords.borrow_mut().push(hex::encode(Sha256::digest("passwordpassword")));
    let link = mail_link(&world, ada, ID);
    Scene { world, ada, link }
}

fn template(key: &str) -> TemplateSource {
    let text = String::new;
    TemplateSource {
        id: i64::try_from(key.len()).unwrap(),
        key: key.to_owned(),
        locale: "en".to_owned(),
        version: 1,
        subject: text(),
        html: text(),
        text: text(),
    }
}

/// A token that has been mailed, and its link.
fn mail_link(world: &World, user_id: UserId, id: TokenId) -> SecretString {
    let token = world.config().token_keys.derive(Purpose::PasswordReset, id);
    world.tokens.borrow_mut().rows.push(MemoryToken {
        user_id,
        address: Some("ada@example.com".to_owned()),
        token_hash: Some(token.hash()),
        ..MemoryToken::issued(Purpose::PasswordReset, id, world.now())
    });
    token.encode()
}

fn client() -> ClientContext {
    ClientContext::new(RequestId(uuid::Uuid::nil()), None, None)
}

fn asked(email: &str) -> LinkRequest {
    let body = serde_json::json!({ "email": email }).to_string();
    crate::refusal::parse_request(body.as_bytes()).unwrap()
}

impl Scene {
    async fn complete_with(&self, link: &SecretString, password: &str) -> Result<(), Error> {
        let request =
            ResetPasswordRequest { token: link.clone(), password: SecretString::new(password) };
        complete(&self.world, &request, &client()).await.map(drop)
    }

    fn try_with(&self, link: &SecretString, password: &str) -> Result<(), Code> {
        pollster::block_on(self.complete_with(link, password)).map_err(|error| error.code())
    }

    fn try_link(&self) -> Result<(), Code> {
        self.try_with(&self.link, NEW)
    }

    /// The codes of the rules that a password breaks.
    fn broken_rules(&self, password: &str) -> Vec<&'static str> {
        let error = pollster::block_on(self.complete_with(&self.link, password)).unwrap_err();
        assert_eq!(error.code(), Code::RuleViolation);
        let problem = error.problem(RequestId(uuid::Uuid::nil()));
        problem.errors.iter().map(|error| error.code).collect()
    }

    fn password(&self) -> String {
        self.world.accounts.borrow()[0].password.expose().to_owned()
    }

    fn mails(&self) -> usize {
        self.world.outbox.borrow().mails.len()
    }

    fn forged(&self) -> SecretString {
        self.world.config().token_keys.derive(Purpose::EmailVerification, ID).encode()
    }
}

#[test]
fn a_good_link_sets_the_password_ends_sessions_and_is_told_to_the_person() {
    let scene = scene();
    assert_eq!(scene.try_link(), Ok(()));
    assert_eq!(scene.password(), NEW);
    assert_eq!(scene.world.accounts.borrow()[0].sessions, 0);
    assert_eq!(scene.mails(), 1);
}

#[test]
fn a_link_works_once() {
    let scene = scene();
    scene.try_link().unwrap();
    assert_eq!(scene.try_with(&scene.link, "another good password"), Err(Code::TokenUsed));
    assert_eq!(scene.password(), NEW);
}

#[test]
fn of_fifty_racing_requests_one_wins() {
    let scene = scene();
    let passwords: Vec<String> = (0..50).map(|n| format!("{NEW} number {n}")).collect();
    let requests = passwords.iter().map(|password| scene.complete_with(&scene.link, password));
    let answers = pollster::block_on(join_all(requests));
    let winners: Vec<usize> = (0..50).filter(|n| answers[*n].is_ok()).collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(scene.password(), passwords[winners[0]]);
    let losers = answers.iter().filter_map(|answer| answer.as_ref().err());
    assert!(losers.clone().all(|error| error.code() == Code::TokenUsed));
    assert_eq!(losers.count(), 49);
}

#[test]
fn a_password_is_kept_in_normal_form() {
    let scene = scene();
    scene.try_with(&scene.link, "cafe\u{301} au lait, two of them").unwrap();
    assert_eq!(scene.password(), "caf\u{e9} au lait, two of them");
}

#[test]
fn a_refused_password_leaves_the_link_as_it_was() {
    let scene = scene();
    assert_eq!(scene.broken_rules("short"), ["too_short"]);
    assert_eq!(scene.broken_rules(&"x".repeat(73)), ["too_long"]);
    assert_eq!(scene.broken_rules("PasswordPassword1"), ["common"]);
    assert_eq!(scene.broken_rules("i work at northwind"), ["contains_name"]);
    assert_eq!(scene.broken_rules("even keel"), ["too_short", "contains_name"]);
    assert_eq!(scene.password(), OLD);
    assert_eq!(scene.try_link(), Ok(()));
}

#[test]
fn an_address_in_a_password_is_refused_when_it_says_something() {
    let scene = scene();
    // Three letters say nothing.
    assert_eq!(scene.try_with(&scene.link, "ada with a long tail"), Ok(()));
    let scene = self::scene();
    scene.world.accounts.borrow_mut()[0].address = "lovelace@example.com".to_owned();
    scene.world.tokens.borrow_mut().rows[0].address = None;
    assert_eq!(scene.broken_rules("my name is LoveLace"), ["contains_email"]);
}

#[test]
fn an_unconfirmed_account_is_confirmed_by_its_reset() {
    let scene = scene_of(false);
    let mails = scene.mails();
    assert_eq!(scene.try_link(), Ok(()));
    assert!(scene.world.accounts.borrow()[0].confirmed);
    assert_eq!(scene.mails(), mails, "nobody had confirmed the address before: no notice");
}

#[test]
fn every_failure_of_auth_releases_the_link() {
    let scene = scene();
    let weak = |reason: &str| IdentityError::WeakPassword(vec![reason.to_owned()]);
    for (fault, code) in [
        (IdentityError::Unavailable("502".to_owned()), Code::UpstreamUnavailable),
        (IdentityError::Timeout, Code::UpstreamTimeout),
        (weak("pwned"), Code::RuleViolation),
        (IdentityError::PasswordTooLong, Code::RuleViolation),
        (IdentityError::Refused("unexpected".to_owned()), Code::Internal),
    ] {
        scene.world.identity_faults.borrow_mut().push(fault);
        assert_eq!(scene.try_link(), Err(code));
    }
    assert_eq!((scene.password().as_str(), scene.mails()), (OLD, 0));
    assert_eq!(scene.try_link(), Ok(()));
}

#[test]
fn a_change_whose_answer_was_lost_is_done_and_not_done_again() {
    let scene = scene();
    scene.world.auth_answers_are_lost.set(true);
    assert_eq!(scene.try_link(), Err(Code::UpstreamTimeout));
    scene.world.auth_answers_are_lost.set(false);
    assert_eq!(scene.try_with(&scene.link, "another good password"), Err(Code::TokenUsed));
    assert_eq!((scene.password().as_str(), scene.mails()), (NEW, 1));
}

#[test]
fn a_release_that_fails_is_reported_and_the_answer_is_auths() {
    let scene = scene();
    scene.world.identity_faults.borrow_mut().push(IdentityError::Timeout);
    let faults = [None, None, Some(DatabaseFault::Before)];
    scene.world.database_faults.borrow_mut().extend(faults);
    assert_eq!(scene.try_link(), Err(Code::UpstreamTimeout));
    assert_eq!(*scene.world.reports.borrow(), ["upstream_unavailable: database: down"]);
    assert_eq!(scene.try_link(), Err(Code::TokenUsed));
}

#[test]
fn a_lost_answer_of_the_database_costs_the_link_and_changes_nothing() {
    let scene = scene();
    scene.world.database_faults.borrow_mut().extend([None, Some(DatabaseFault::After)]);
    assert_eq!(scene.try_link(), Err(Code::UpstreamTimeout));
    assert_eq!((scene.try_link(), scene.password().as_str()), (Err(Code::TokenUsed), OLD));
    let next = mail_link(&scene.world, scene.ada, TokenId(uuid::Uuid::from_u128(9)));
    assert_eq!(scene.try_with(&next, NEW), Ok(()));
}

#[test]
fn an_account_that_was_erased_meanwhile_looks_like_a_bad_link() {
    let scene = scene();
    scene.world.identity_faults.borrow_mut().push(IdentityError::NotFound);
    assert_eq!(scene.try_link(), Err(Code::TokenInvalid));
}

#[test]
fn every_state_of_a_token_has_its_code() {
    type Change = fn(&mut MemoryToken);
    let cases: [(Change, Code); 6] = [
        (|token| token.expires_at -= TimeDelta::minutes(31), Code::TokenExpired),
        (|token| token.attempts = 5, Code::TokenExhausted),
        (|token| token.superseded = true, Code::TokenSuperseded),
        (|token| token.used = true, Code::TokenUsed),
        (|token| token.token_hash = None, Code::TokenInvalid),
        (|token| token.purpose = Purpose::EmailVerification, Code::TokenInvalid),
    ];
    for (change, code) in cases {
        let scene = scene();
        change(&mut scene.world.tokens.borrow_mut().rows[0]);
        assert_eq!(scene.try_link(), Err(code));
        assert_eq!(scene.password(), OLD);
    }
}

#[test]
fn a_link_to_an_address_that_was_left_is_void() {
    let scene = scene();
    let other = EmailAddress::parse(&scene.world, "lovelace@example.com").unwrap();
    scene.world.change_address(scene.ada, &other);
    assert_eq!(scene.try_link(), Err(Code::TokenSuperseded));
}

#[test]
fn five_wrong_secrets_exhaust_a_link_whatever_the_password() {
    let scene = scene();
    let forged = scene.forged();
    for password in [NEW, "", "x", NEW, NEW] {
        assert_eq!(scene.try_with(&forged, password), Err(Code::TokenInvalid));
    }
    assert_eq!(scene.try_link(), Err(Code::TokenExhausted));
}

#[test]
fn a_bad_link_learns_nothing_about_the_password() {
    let scene = scene();
    assert_eq!(scene.try_with(&scene.forged(), "short"), Err(Code::TokenInvalid));
    assert_eq!(scene.try_with(&SecretString::new("x"), NEW), Err(Code::TokenInvalid));
    assert_eq!(scene.world.tokens.borrow().rows[0].attempts, 1);
}

#[test]
fn a_new_password_retires_the_other_links() {
    let scene = scene();
    let other = mail_link(&scene.world, scene.ada, TokenId(uuid::Uuid::from_u128(8)));
    assert_eq!(scene.try_link(), Ok(()));
    assert_eq!(scene.try_with(&other, NEW), Err(Code::TokenSuperseded));
}

/// A process may die at any step. Whatever it has done, the password is the old
/// one or the new one, and the person has a way in: this link or the next.
#[test]
fn dying_between_steps_leaves_a_way_in() {
    for steps in 0.. {
        let scene = scene();
        let died = {
            let mut request = pin!(scene.complete_with(&scene.link, NEW));
            let mut context = task::Context::from_waker(task::Waker::noop());
            (0..steps).all(|_| request.as_mut().poll(&mut context).is_pending())
        };
        if !died {
            assert!(steps > 3, "check, consume and Auth are a step each");
            break;
        }
        assert!([OLD, NEW].contains(&scene.password().as_str()));
        let again = scene.try_link();
        assert!(matches!(again, Ok(()) | Err(Code::TokenUsed)), "{again:?}");
        let next = mail_link(&scene.world, scene.ada, TokenId(uuid::Uuid::from_u128(9)));
        assert_eq!(scene.try_with(&next, "another good password"), Ok(()));
    }
}

#[test]
fn every_address_gets_the_same_answer_and_the_same_single_call() {
    let Scene { world, .. } = scene();
    for email in ["ada@example.com", "unknown@example.com", " Ada@Example.com "] {
        let answer = pollster::block_on(request_link(&world, &asked(email), &client())).unwrap();
        assert_eq!(serde_json::to_string(&answer).unwrap(), r#"{"status":"accepted"}"#);
    }
    let waiting = &world.tokens.borrow().requests.waiting;
    assert_eq!(waiting.len(), 2, "two spellings of an address are one");
    assert!(waiting.iter().all(|(purpose, _)| *purpose == Purpose::PasswordReset));
    assert_eq!(world.kicks.get(), 3);
}

#[test]
fn a_client_that_asks_too_often_waits_and_another_does_not() {
    let world = World::new();
    let ask = |ip: Option<&str>, n: usize| {
        let client = ClientContext::new(RequestId(uuid::Uuid::nil()), ip, None);
        let request = asked(&format!("n{n}@example.com"));
        pollster::block_on(request_link(&world, &request, &client))
            .map(drop)
            .map_err(|error| (error.code(), error.retry_after_seconds()))
    };
    for n in 0..30 {
        assert_eq!(ask(Some("192.0.2.1"), n), Ok(()));
    }
    let refused = Err((Code::RateLimited, Some(10)));
    assert_eq!(ask(Some("192.0.2.1"), 30), refused);
    assert_eq!(ask(Some("192.0.2.1"), 0), refused, "whatever the address");
    assert_eq!(world.kicks.get(), 30, "who is refused makes no work");
    assert_eq!(ask(Some("192.0.2.2"), 30), Ok(()));
    assert_eq!(ask(None, 31), Ok(()), "a client that is not known is not counted");
    world.advance(TimeDelta::seconds(10));
    assert_eq!(ask(Some("192.0.2.1"), 32), Ok(()));
    assert_eq!(ask(Some("192.0.2.1"), 33), refused);
}
