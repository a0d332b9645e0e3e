use core::{pin::pin, task};

use chrono::TimeDelta;
use futures_util::future::join;

use super::*;
use crate::{
    error::Code,
    id::{RequestId, UserId},
    ports::Clock as _,
    ports::IdentityError,
    testing::{DatabaseFault, PASSWORD, World},
};

const OLD: &str = "ada@example.com";
const NEW: &str = "ada@home.test";

/// Ada, who is signed in.
struct Scene {
    world: World,
    ada: UserId,
    session: AccessToken,
}

fn scene() -> Scene {
    let world = World::new();
    for template in [
        "verify_email",
        "password_reset",
        "password_changed",
        "email_change",
        "email_change_taken",
        "email_change_notice",
        "email_changed",
        "email_change_reverted",
    ] {
        world.template(template);
    }
    let ada = world.settle("ada", true);
    let session = world.sign_in(ada);
    Scene { world, ada, session }
}

/// Ada has asked for another address, and both mails have arrived.
fn asked() -> (Scene, SecretString, SecretString) {
    let scene = scene();
    scene.ask(NEW).unwrap();
    let (confirm, cancel) = scene.links();
    (scene, confirm, cancel)
}

fn client() -> ClientContext {
    ClientContext::new(RequestId(uuid::Uuid::nil()), None, None)
}

fn body<T: serde::de::DeserializeOwned>(body: &serde_json::Value) -> T {
    crate::refusal::parse_request(body.to_string().as_bytes()).unwrap()
}

impl Scene {
    fn ask(&self, address: &str) -> Result<(), Code> {
        let request: LinkRequest = body(&serde_json::json!({ "email": address }));
        let answer =
            pollster::block_on(super::request(&self.world, &self.session, &request, &client()));
        self.world.process_requests();
        answer.map(drop).map_err(|error| error.code())
    }

    /// The links of the newest change, as if its mails had been sent.
    fn links(&self) -> (SecretString, SecretString) {
        let change = self.world.email_changes.borrow().last().unwrap().clone();
        let mail = |purpose, id| {
            let link = self.world.config().token_keys.derive(purpose, id);
            let mut tokens = self.world.tokens.borrow_mut();
            let token = tokens.rows.iter_mut().find(|token| token.id == id).unwrap();
            token.token_hash = Some(link.hash());
            link.encode()
        };
        let cancel = mail(Purpose::EmailChangeCancel, change.cancel);
        (change.confirm.map_or(cancel.clone(), |id| mail(Purpose::EmailChange, id)), cancel)
    }

    async fn send(&self, token: &SecretString, is_cancel: bool) -> Result<AddressStatus, Code> {
        let request = AddressLinkRequest { token: token.clone() };
        let purpose = if is_cancel { Purpose::EmailChangeCancel } else { Purpose::EmailChange };
        let answer = use_link(&self.world, purpose, &request, &client()).await;
        answer.map(|answer| answer.status).map_err(|error| error.code())
    }

    fn confirm(&self, token: &SecretString) -> Result<AddressStatus, Code> {
        pollster::block_on(self.send(token, false))
    }

    fn cancel(&self, token: &SecretString) -> Result<AddressStatus, Code> {
        pollster::block_on(self.send(token, true))
    }

    fn address(&self) -> String {
        self.account().0
    }

    /// Address, password and open sessions.
    fn account(&self) -> (String, String, u32) {
        let accounts = self.world.accounts.borrow();
        let ada = accounts.iter().find(|account| account.id == self.ada).unwrap();
        (ada.address.clone(), ada.password.expose().to_owned(), ada.sessions)
    }

    fn mails_to(&self, address: &str) -> usize {
        self.world.outbox.borrow().mails.iter().filter(|row| row.mail.to == address).count()
    }
}

#[test]
fn whatever_the_address_is_the_answer_and_the_notice_are_the_same() {
    for (address, mails) in [(NEW, 1), ("bob@example.com", 1), ("cleo@example.com", 1)] {
        let scene = scene();
        scene.world.settle("bob", true);
        scene.world.settle("cleo", false);
        let before = scene.mails_to(address);
        assert_eq!(scene.ask(address), Ok(()));
        assert_eq!((scene.mails_to(OLD), scene.mails_to(address) - before), (1, mails));
        assert_eq!(scene.world.email_changes.borrow().len(), 1);
    }
    let scene = scene();
    scene.world.settle("bob", true);
    scene.ask("bob@example.com").unwrap();
    assert!(scene.world.email_changes.borrow()[0].confirm.is_none(), "nothing to confirm");
}

#[test]
fn nobody_asks_without_a_session_nor_for_what_is_no_address() {
    let scene = scene();
    assert_eq!(scene.ask("nothing"), Err(Code::InvalidRequest));
    scene.world.accounts.borrow_mut()[0].sessions = 0;
    assert_eq!(scene.ask(NEW), Err(Code::Unauthenticated));
    assert!(scene.world.email_changes.borrow().is_empty());
}

#[test]
fn a_person_asks_five_times_and_then_waits() {
    let scene = scene();
    for n in 0..5 {
        assert_eq!(scene.ask(&format!("n{n}@home.test")), Ok(()));
    }
    assert_eq!(scene.ask(NEW), Err(Code::RateLimited));
    scene.world.advance(TimeDelta::minutes(12));
    assert_eq!(scene.ask(NEW), Ok(()));
}

#[test]
fn the_link_to_the_new_address_moves_the_account_and_signs_it_out() {
    let (scene, confirm, _) = asked();
    assert_eq!(scene.address(), OLD);
    assert_eq!(scene.confirm(&confirm), Ok(AddressStatus::Changed));
    assert_eq!(scene.account(), (NEW.to_owned(), PASSWORD.to_owned(), 0));
    assert_eq!(scene.mails_to(OLD), 2, "asked for, and done");
    assert_eq!(scene.confirm(&confirm), Ok(AddressStatus::AlreadyChanged));
}

#[test]
fn a_link_of_one_purpose_is_none_of_the_other() {
    let (scene, confirm, cancel) = asked();
    assert_eq!(scene.confirm(&cancel), Err(Code::TokenInvalid));
    assert_eq!(scene.cancel(&confirm), Err(Code::TokenInvalid));
    let id = scene.world.email_changes.borrow()[0].confirm.unwrap();
    let forged = scene.world.config().token_keys.derive(Purpose::PasswordReset, id).encode();
    for _ in 0..5 {
        assert_eq!(scene.confirm(&forged), Err(Code::TokenInvalid));
    }
    assert_eq!(scene.confirm(&confirm), Err(Code::TokenExhausted));
}

#[test]
fn a_link_ends_with_its_day_its_successor_and_the_address() {
    let (scene, confirm, _) = asked();
    scene.world.advance(TimeDelta::hours(25));
    assert_eq!(scene.confirm(&confirm), Err(Code::TokenExpired));
    let (scene, confirm, _) = asked();
    scene.ask("other@home.test").unwrap();
    assert_eq!(scene.confirm(&confirm), Err(Code::TokenSuperseded));
    let (scene, confirm, cancel) = asked();
    let elsewhere = EmailAddress::parse(&scene.world, "elsewhere@home.test").unwrap();
    scene.world.change_address(scene.ada, &elsewhere);
    assert_eq!(scene.confirm(&confirm), Err(Code::TokenSuperseded));
    assert_eq!(scene.cancel(&cancel), Err(Code::TokenSuperseded));
}

#[test]
fn an_address_that_somebody_took_meanwhile_is_a_conflict_and_one_nobody_confirmed_is_not() {
    for (confirmed, expected) in [(true, Err(Code::Conflict)), (false, Ok(AddressStatus::Changed))]
    {
        let scene = scene();
        scene.ask("bob@example.com").unwrap();
        let (confirm, _) = scene.links();
        scene.world.settle("bob", confirmed);
        assert_eq!(scene.confirm(&confirm), expected);
    }
    let (scene, confirm, _) = asked();
    scene.world.identity_faults.borrow_mut().push(IdentityError::EmailExists);
    assert_eq!(scene.confirm(&confirm), Err(Code::Conflict), "in the moment between");
    assert_eq!(scene.confirm(&confirm), Ok(AddressStatus::Changed));
}

#[test]
fn before_it_is_confirmed_the_old_address_voids_it() {
    let (scene, confirm, cancel) = asked();
    assert_eq!(scene.cancel(&cancel), Ok(AddressStatus::Kept));
    assert_eq!(scene.account(), (OLD.to_owned(), PASSWORD.to_owned(), 0));
    assert_eq!(scene.confirm(&confirm), Err(Code::TokenSuperseded));
    assert_eq!(scene.cancel(&cancel), Err(Code::TokenUsed));
}

#[test]
fn for_a_day_after_it_the_old_address_takes_the_account_back() {
    let (scene, confirm, cancel) = asked();
    scene.confirm(&confirm).unwrap();
    scene.world.sign_in(scene.ada);
    scene.world.advance(TimeDelta::hours(23));
    assert_eq!(scene.cancel(&cancel), Ok(AddressStatus::MovedBack));
    assert_eq!(
        scene.account(),
        (OLD.to_owned(), String::new(), 0),
        "and nobody signs in by the old password"
    );
    assert_eq!(scene.cancel(&cancel), Err(Code::TokenUsed));
    assert_eq!(scene.confirm(&confirm), Err(Code::TokenSuperseded));
    let (scene, confirm, cancel) = asked();
    scene.confirm(&confirm).unwrap();
    scene.world.advance(TimeDelta::hours(25));
    assert_eq!(scene.cancel(&cancel), Err(Code::TokenExpired));
    assert_eq!(scene.address(), NEW);
}

/// Whoever stole a session moves the account, and moves it on.
#[test]
fn the_owner_takes_it_back_from_wherever_a_thief_moved_it() {
    let (scene, confirm, cancel) = asked();
    scene.confirm(&confirm).unwrap();
    let session = scene.world.sign_in(scene.ada);
    let scene = Scene { session, ..scene };
    scene.ask("further@evil.test").unwrap();
    let (further, thiefs) = scene.links();
    scene.confirm(&further).unwrap();
    assert_eq!(scene.address(), "further@evil.test");
    assert_eq!(scene.cancel(&cancel), Ok(AddressStatus::MovedBack));
    assert_eq!(scene.address(), OLD);
    assert_eq!(scene.cancel(&thiefs), Err(Code::TokenSuperseded));
}

#[test]
fn somebody_who_signed_up_with_the_old_address_meanwhile_is_not_in_the_way() {
    for (confirmed, expected) in
        [(false, Ok(AddressStatus::MovedBack)), (true, Err(Code::Conflict))]
    {
        let (scene, confirm, cancel) = asked();
        scene.confirm(&confirm).unwrap();
        scene.world.settle("ada", confirmed);
        assert_eq!(scene.cancel(&cancel), expected);
    }
}

#[test]
fn every_failure_of_auth_leaves_links_that_work() {
    for (fault, code) in [
        (IdentityError::Unavailable("502".to_owned()), Code::UpstreamUnavailable),
        (IdentityError::Timeout, Code::UpstreamTimeout),
        (IdentityError::Refused("x".to_owned()), Code::Internal),
        (IdentityError::NotFound, Code::NotFound),
    ] {
        let (scene, confirm, cancel) = asked();
        scene.world.identity_faults.borrow_mut().push(fault.clone());
        assert_eq!(scene.confirm(&confirm), Err(code));
        assert_eq!(scene.confirm(&confirm), Ok(AddressStatus::Changed));
        scene.world.identity_faults.borrow_mut().push(fault);
        assert_eq!(scene.cancel(&cancel), Err(code));
        assert_eq!(scene.account(), (NEW.to_owned(), String::new(), 0), "nobody is in meanwhile");
        assert_eq!(scene.cancel(&cancel), Ok(AddressStatus::MovedBack));
    }
}

#[test]
fn an_answer_that_is_lost_is_asked_for_again() {
    let (scene, confirm, cancel) = asked();
    scene.world.auth_answers_are_lost.set(true);
    assert_eq!(scene.confirm(&confirm), Err(Code::UpstreamTimeout));
    assert_eq!(scene.confirm(&confirm), Ok(AddressStatus::AlreadyChanged));
    assert_eq!(scene.cancel(&cancel), Err(Code::UpstreamTimeout));
    assert_eq!(scene.address(), OLD);
    for (is_cancel, expected) in [(false, AddressStatus::Changed), (true, AddressStatus::Kept)] {
        let (scene, confirm, cancel) = asked();
        let link = if is_cancel { &cancel } else { &confirm };
        scene.world.database_faults.borrow_mut().push(Some(DatabaseFault::After));
        let lost = pollster::block_on(scene.send(link, is_cancel));
        assert_eq!(lost, Err(Code::UpstreamTimeout));
        let again = pollster::block_on(scene.send(link, is_cancel));
        assert_eq!(again, if is_cancel { Err(Code::TokenUsed) } else { Ok(expected) });
    }
}

/// A process may die at any step. Whatever it has done, the same link finishes it.
#[test]
fn dying_between_steps_leaves_something_that_the_same_link_finishes() {
    for is_cancel in [false, true] {
        for steps in 0.. {
            let (scene, confirm, cancel) = asked();
            if is_cancel {
                scene.confirm(&confirm).unwrap();
            }
            let link = if is_cancel { &cancel } else { &confirm };
            let died = {
                let mut call = pin!(scene.send(link, is_cancel));
                let mut context = task::Context::from_waker(task::Waker::noop());
                (0..steps).all(|_| call.as_mut().poll(&mut context).is_pending())
            };
            if !died {
                assert!(steps >= 2, "the database and Auth are a step each");
                break;
            }
            pollster::block_on(scene.send(link, is_cancel)).unwrap();
            assert_eq!(scene.address(), if is_cancel { OLD } else { NEW });
        }
    }
}

/// Confirming and cancelling at once, one so many steps ahead of the other.
#[test]
fn of_confirming_and_cancelling_one_is_the_story() {
    for ahead in 0..6 {
        for cancel_first in [false, true] {
            let (scene, confirm, cancel) = asked();
            let mut first =
                Box::pin(scene.send(if cancel_first { &cancel } else { &confirm }, cancel_first));
            let mut context = task::Context::from_waker(task::Waker::noop());
            let mut early = None;
            for _ in 0..ahead {
                if let task::Poll::Ready(answer) = first.as_mut().poll(&mut context) {
                    early = Some(answer);
                    break;
                }
            }
            let second = scene.send(if cancel_first { &confirm } else { &cancel }, !cancel_first);
            let first = async { if let Some(answer) = early { answer } else { first.await } };
            let (first, second) = pollster::block_on(join(first, second));
            let cancelled = if cancel_first { first } else { second };
            assert!(cancelled.is_ok(), "{ahead} {cancelled:?}");
            assert_eq!(scene.address(), OLD, "{ahead} steps ahead");
            assert_eq!(scene.account().2, 0);
            assert_eq!(scene.confirm(&confirm), Err(Code::TokenSuperseded));
            let statuses = scene.world.email_changes.borrow();
            assert!(["cancelled", "reverted"].contains(&statuses[0].status));
        }
    }
}

#[test]
fn a_password_that_came_by_a_link_voids_a_change_that_waits() {
    let (scene, confirm, _) = asked();
    let id = crate::id::TokenId(uuid::Uuid::from_u128(7));
    let mut token =
        crate::testing::MemoryToken::issued(Purpose::PasswordReset, id, scene.world.now());
    (token.user_id, token.used) = (scene.ada, true);
    scene.world.tokens.borrow_mut().rows.push(token);
    let password = SecretString::new("another good password");
    pollster::block_on(scene.world.set_password_and_confirm(scene.ada, &password)).unwrap();
    assert_eq!(scene.confirm(&confirm), Err(Code::TokenSuperseded));
}
