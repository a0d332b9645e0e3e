use core::{pin::pin, task};

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use super::*;
use crate::{
    id::RequestId,
    invitations::{InviteRequest, invite},
    ports::IdentityError,
    refusal::parse_request,
    secret::SecretString,
    testing::{DatabaseFault, PASSWORD, World},
    token::Purpose,
};

const BEN: &str = "benjamin@example.com";

/// Northwind has invited Benjamin, and the mail has arrived.
struct Scene {
    world: World,
    company: CompanyId,
    ada: AccessToken,
    link: SecretString,
}

fn client() -> ClientContext {
    ClientContext::new(RequestId(uuid::Uuid::nil()), None, None)
}

fn scene() -> Scene {
    let world = World::new();
    for template in ["company_invitation", "verify_email", "password_changed"] {
        world.template(template);
    }
    let (company, ada) = world.found("ada", 2);
    let mut scene = Scene { world, company, ada, link: SecretString::new("") };
    scene.invite();
    scene
}

impl Scene {
    fn invite(&mut self) {
        let body = json!({ "company_id": self.company, "invitations": [{ "email": BEN }] });
        let request: InviteRequest = parse_request(body.to_string().as_bytes()).unwrap();
        pollster::block_on(invite(&self.world, &self.ada, &request, &client())).unwrap();
        self.link = self.world.mailed_invitation(BEN);
    }

    fn request(&self, password: Option<&str>) -> AcceptRequest {
        AcceptRequest {
            token: self.link.clone(),
            password: password.map(SecretString::new),
            full_name: Some("Ben".to_owned()),
            own_account: false,
            private_email: None,
            terms: AcceptedTerms { terms: "2026-11".to_owned(), privacy: "2026-11".to_owned() },
        }
    }

    async fn send(
        &self,
        person: Option<&AccessToken>,
        request: &AcceptRequest,
    ) -> Result<(), Code> {
        let answer = accept(&self.world, person, request, &client()).await;
        answer
            .map(|answer| assert_eq!(answer.company_id, self.company))
            .map_err(|error| error.code())
    }

    fn with_own_account(&self) -> AcceptRequest {
        AcceptRequest { own_account: true, ..self.request(None) }
    }

    fn by_mail(&self, password: &str) -> Result<(), Code> {
        pollster::block_on(self.send(None, &self.request(Some(password))))
    }

    fn accept_as(&self, person: &AccessToken) -> Result<(), Code> {
        pollster::block_on(self.send(Some(person), &self.request(None)))
    }

    fn preview(&self) -> Result<PreviewResponse, Code> {
        let request = PreviewRequest { token: self.link.clone() };
        pollster::block_on(preview(&self.world, &request, &client())).map_err(|error| error.code())
    }

    /// The members besides Ada.
    fn members(&self) -> usize {
        self.world.with_company(|company| company.members.len() - 1)
    }

    fn password(&self) -> String {
        let accounts = self.world.accounts.borrow();
        let ben = accounts.iter().find(|account| account.address == BEN).unwrap();
        ben.password.expose().to_owned()
    }
}

#[test]
fn a_preview_says_who_invites_and_hides_most_of_the_address() {
    let scene = scene();
    let found = scene.preview().unwrap();
    assert_eq!((found.company.id, found.company.name.as_str()), (scene.company, "Northwind"));
    assert_eq!(found.email, "b…@example.com");
    assert_eq!((found.requires, found.terms.terms.as_str()), (Requirement::Password, "2026-11"));
    scene.world.settle("benjamin", false);
    assert_eq!(scene.preview().unwrap().requires, Requirement::Password);
    assert_eq!(scene.members(), 0);
    let scene = self::scene();
    scene.world.settle("benjamin", true);
    assert_eq!(scene.preview().unwrap().requires, Requirement::SignIn);
}

#[test]
fn somebody_new_gets_a_confirmed_account_and_is_a_member() {
    let scene = scene();
    assert_eq!(scene.by_mail(PASSWORD), Ok(()));
    assert_eq!((scene.password().as_str(), scene.members()), (PASSWORD, 1));
    assert!(scene.world.accounts.borrow().last().unwrap().confirmed);
    assert_eq!(scene.world.companies.borrow().accepted_terms.len(), 1);
    assert_eq!(scene.by_mail(PASSWORD), Err(Code::TokenUsed));
    assert_eq!(scene.preview(), Err(Code::TokenUsed));
}

#[test]
fn an_account_that_nobody_confirmed_gets_the_new_password() {
    let scene = scene();
    let squatter = scene.world.settle("benjamin", false);
    scene.world.sign_in(squatter);
    assert_eq!(scene.by_mail("a password of his own"), Ok(()));
    assert_eq!(scene.password(), "a password of his own");
    let accounts = scene.world.accounts.borrow();
    let ben = accounts.iter().find(|account| account.address == BEN).unwrap();
    assert_eq!((ben.id, ben.confirmed, ben.sessions), (squatter, true, 0));
}

#[test]
fn somebody_with_an_account_accepts_as_themselves_alone() {
    let scene = scene();
    let ben = scene.world.settle("benjamin", true);
    let eve = scene.world.settle("eve", true);
    assert_eq!(scene.by_mail("a password of somebody"), Err(Code::Unauthenticated));
    assert_eq!(scene.password(), PASSWORD, "a link changes no password of a confirmed account");
    let eve = scene.world.sign_in(eve);
    assert_eq!(scene.accept_as(&eve), Err(Code::WrongAccount));
    assert_eq!(scene.accept_as(&scene.ada), Err(Code::WrongAccount));
    assert_eq!(scene.members(), 0);
    let token = scene.world.sign_in(ben);
    assert_eq!(scene.accept_as(&token), Ok(()));
    assert_eq!(scene.members(), 1);
    assert_eq!(scene.accept_as(&token), Err(Code::TokenUsed));
}

#[test]
fn somebody_with_another_address_joins_if_they_say_so_and_stays_unknown_by_it() {
    let scene = scene();
    let eve = scene.world.settle("eve", true);
    let eve = scene.world.sign_in(eve);
    let with_own = scene.with_own_account();
    assert_eq!(scene.accept_as(&eve), Err(Code::WrongAccount));
    let as_ada = pollster::block_on(scene.send(Some(&scene.ada), &with_own));
    assert_eq!(as_ada, Err(Code::Conflict), "she belongs to it already");
    assert_eq!(pollster::block_on(scene.send(Some(&eve), &with_own)), Ok(()));
    assert_eq!(scene.world.with_company(|company| company.members[1].email.clone()), BEN);
    let scene = self::scene();
    scene.world.settle("benjamin", true);
    let eve = scene.world.settle("eve", true);
    let eve = scene.world.sign_in(eve);
    let refused = pollster::block_on(scene.send(Some(&eve), &scene.with_own_account()));
    assert_eq!(refused, Err(Code::WrongAccount), "the address has an account of its own");
}

#[test]
fn whoever_accepts_may_give_an_address_of_their_own_which_is_asked_for() {
    let scene = scene();
    for template in ["email_change", "email_change_notice"] {
        scene.world.template(template);
    }
    let given = |address: &str| AcceptRequest {
        private_email: Some(address.to_owned()),
        ..scene.request(Some(PASSWORD))
    };
    let odd = pollster::block_on(scene.send(None, &given("nothing")));
    assert_eq!((odd, scene.members()), (Err(Code::InvalidRequest), 0), "before anything is done");
    assert_eq!(pollster::block_on(scene.send(None, &given("ben@home.test"))), Ok(()));
    scene.world.process_requests();
    let changes = scene.world.email_changes.borrow();
    assert_eq!((changes[0].old.as_str(), changes[0].new.as_str()), (BEN, "ben@home.test"));
}

#[test]
fn nobody_joins_with_an_account_of_theirs_without_a_session() {
    let scene = scene();
    let request = AcceptRequest { own_account: true, ..scene.request(Some(PASSWORD)) };
    assert_eq!(pollster::block_on(scene.send(None, &request)), Ok(()));
    assert_eq!(scene.password(), PASSWORD, "an account of the address was made");
}

#[test]
fn a_session_that_has_ended_is_nobody() {
    let scene = scene();
    let ben = scene.world.settle("benjamin", true);
    let token = scene.world.sign_in(ben);
    scene.world.accounts.borrow_mut().last_mut().unwrap().sessions = 0;
    assert_eq!(scene.accept_as(&token), Err(Code::Unauthenticated));
}

#[test]
fn every_state_of_an_invitation_has_its_code() {
    type Change = fn(&World);
    let cases: [(Change, Code); 7] = [
        (|world| world.advance(TimeDelta::days(8)), Code::TokenExpired),
        (|world| world.tokens.borrow_mut().rows[0].attempts = 5, Code::TokenExhausted),
        (|world| world.tokens.borrow_mut().rows[0].superseded = true, Code::TokenSuperseded),
        (|world| world.tokens.borrow_mut().rows[0].token_hash = None, Code::TokenInvalid),
        (
            |world| world.with_company(|company| company.invitations[0].status = "revoked"),
            Code::InvitationRevoked,
        ),
        (|world| world.with_company(|company| company.suspended = true), Code::CompanySuspended),
        (|world| world.with_company(|company| company.subscription = None), Code::SeatLimit),
    ];
    for (change, code) in cases {
        let scene = scene();
        change(&scene.world);
        assert_eq!(scene.preview(), Err(code));
        assert_eq!(scene.by_mail(PASSWORD), Err(code));
        assert_eq!(scene.accept_as(&scene.ada), Err(code));
        assert_eq!((scene.members(), scene.world.accounts.borrow().len()), (0, 1));
    }
}

#[test]
fn five_wrong_secrets_exhaust_a_link() {
    let mut scene = scene();
    let good = scene.link.clone();
    let id = scene.world.tokens.borrow().rows[0].id;
    scene.link = scene.world.config().token_keys.derive(Purpose::PasswordReset, id).encode();
    for _ in 0..5 {
        assert_eq!(scene.by_mail(PASSWORD), Err(Code::TokenInvalid));
    }
    scene.link = good;
    assert_eq!(scene.preview(), Err(Code::TokenExhausted));
}

#[test]
fn what_is_refused_makes_no_account_and_leaves_the_invitation() {
    let scene = scene();
    let old = AcceptedTerms { terms: "2025-01".to_owned(), ..scene.request(None).terms };
    let old = AcceptRequest { terms: old, ..scene.request(Some(PASSWORD)) };
    assert_eq!(pollster::block_on(scene.send(None, &old)), Err(Code::VersionNotInForce));
    for password in ["short", "i work at northwind", "my name is benjamin"] {
        assert_eq!(scene.by_mail(password), Err(Code::RuleViolation), "{password}");
    }
    assert_eq!(
        pollster::block_on(scene.send(None, &scene.request(None))),
        Err(Code::InvalidRequest)
    );
    assert_eq!(scene.world.accounts.borrow().len(), 1);
    assert_eq!(scene.by_mail(PASSWORD), Ok(()));
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_called() {
    let scene = scene();
    scene.world.database_faults.borrow_mut().push(Some(DatabaseFault::Before));
    let version = |text: &str| {
        let terms = AcceptedTerms { terms: text.to_owned(), privacy: "1".to_owned() };
        AcceptRequest { terms, ..scene.request(Some(PASSWORD)) }
    };
    let named = |name: &str| AcceptRequest {
        full_name: Some(name.to_owned()),
        ..scene.request(Some(PASSWORD))
    };
    for request in [
        version(""),
        version("a b"),
        version(&"1".repeat(33)),
        named("a\u{0}b"),
        named(&"n".repeat(101)),
    ] {
        assert_eq!(pollster::block_on(scene.send(None, &request)), Err(Code::InvalidRequest));
    }
    assert_eq!(scene.world.database_faults.borrow().len(), 1, "nothing was called");
}

#[test]
fn every_failure_of_auth_leaves_the_invitation() {
    for confirmed in [None, Some(false)] {
        let scene = scene();
        if let Some(confirmed) = confirmed {
            scene.world.settle("benjamin", confirmed);
        }
        for (fault, code) in [
            (IdentityError::Unavailable("502".to_owned()), Code::UpstreamUnavailable),
            (IdentityError::Timeout, Code::UpstreamTimeout),
            (IdentityError::WeakPassword(vec!["pwned".to_owned()]), Code::RuleViolation),
            (IdentityError::EmailExists, Code::Conflict),
        ] {
            scene.world.identity_faults.borrow_mut().push(fault);
            assert_eq!(scene.by_mail(PASSWORD), Err(code));
        }
        assert_eq!(scene.by_mail(PASSWORD), Ok(()));
        assert_eq!(scene.members(), 1);
    }
}

#[test]
fn of_fifty_racing_acceptances_one_makes_a_member() {
    for confirmed in [None, Some(false)] {
        let scene = scene();
        if let Some(confirmed) = confirmed {
            scene.world.settle("benjamin", confirmed);
        }
        let request = scene.request(Some(PASSWORD));
        let answers = pollster::block_on(join_all((0..50).map(|_| scene.send(None, &request))));
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        assert_eq!((scene.members(), scene.world.accounts.borrow().len()), (1, 2));
    }
    let scene = scene();
    let ben = scene.world.settle("benjamin", true);
    let token = scene.world.sign_in(ben);
    let request = scene.request(None);
    let answers = pollster::block_on(join_all((0..50).map(|_| scene.send(Some(&token), &request))));
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(scene.members(), 1);
}

/// A process may die at any step. Whatever it has done, the invitation can still be
/// accepted, by the link or as the account that there is by then, or it has been.
#[test]
fn dying_between_steps_leaves_an_invitation_that_can_be_accepted() {
    for steps in 0.. {
        let scene = scene();
        let request = scene.request(Some(PASSWORD));
        let died = {
            let mut call = pin!(scene.send(None, &request));
            let mut context = task::Context::from_waker(task::Waker::noop());
            (0..steps).all(|_| call.as_mut().poll(&mut context).is_pending())
        };
        if !died {
            assert!(steps >= 2, "check and accept are a step each");
            break;
        }
        match scene.preview().map(|found| found.requires) {
            Ok(Requirement::Password) => assert_eq!(scene.by_mail(PASSWORD), Ok(())),
            Ok(Requirement::SignIn) => {
                let ben = scene.world.accounts.borrow().last().unwrap().id;
                assert_eq!(scene.password(), PASSWORD);
                assert_eq!(scene.accept_as(&scene.world.sign_in(ben)), Ok(()));
            }
            Err(code) => assert_eq!(code, Code::TokenUsed),
        }
        assert_eq!(scene.members(), 1);
    }
}
