use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::*;
use crate::{
    error::{Code, Error},
    id::{CompanyId, RequestId},
    refusal::parse_request,
    testing::{DatabaseFault, Suppression, World},
};

/// Northwind, its admin Ada, and so many seats, one of which is hers.
struct Scene {
    world: World,
    company: CompanyId,
    ada: AccessToken,
}

fn scene(seats: u32) -> Scene {
    let world = World::new();
    world.template("company_invitation");
    let (company, ada) = world.found("ada", seats);
    Scene { world, company, ada }
}

fn client() -> ClientContext {
    ClientContext::new(RequestId(uuid::Uuid::nil()), None, None)
}

fn body<T: serde::de::DeserializeOwned>(body: &Value) -> T {
    parse_request(body.to_string().as_bytes()).unwrap()
}

impl Scene {
    fn asked(&self, invitations: &Value) -> InviteRequest {
        body(&json!({ "company_id": self.company, "invitations": invitations }))
    }

    fn try_as(&self, person: &AccessToken, invitations: &Value) -> Result<InviteResponse> {
        let request = self.asked(invitations);
        pollster::block_on(invite(&self.world, person, &request, &client()))
    }

    fn invite(&self, addresses: &[&str]) -> Vec<InvitationStatus> {
        let rows = addresses.iter().map(|address| json!({ "email": address })).collect();
        let answer = self.try_as(&self.ada, &rows).unwrap();
        answer.results.iter().map(|result| result.status).collect()
    }

    /// Invites an address, and answers the id of its invitation.
    fn invited(&self, address: &str) -> InvitationId {
        let answer = self.try_as(&self.ada, &json!([{ "email": address }])).unwrap();
        answer.results[0].invitation_id.unwrap()
    }

    fn change(
        &self,
        person: &AccessToken,
        id: InvitationId,
        again: bool,
    ) -> Result<InvitationChange, Code> {
        let request = InvitationRequest { invitation_id: id };
        let client = client();
        let answer = pollster::block_on(async {
            if again {
                resend(&self.world, person, &request, &client).await
            } else {
                revoke(&self.world, person, &request, &client).await
            }
        });
        answer.map(|change| change.read().unwrap()).map_err(|error: Error| error.code())
    }

    fn mails(&self) -> usize {
        self.world.outbox.borrow().mails.len()
    }
}

#[test]
fn every_row_has_a_result_of_its_own_in_the_order_of_the_request() {
    use InvitationStatus::*;
    let scene = scene(50);
    scene.world.with_company(|company| {
        company.domains = vec!["example.com".to_owned(), "xn--bcher-kva.example".to_owned()];
    });
    let suppressed = "bounced@example.com".to_owned();
    scene.world.outbox.borrow_mut().suppressions.insert(suppressed, Suppression::HardBounce);
    let rows = json!([
        { "email": "  Ben@Example.com " },
        { "email": "not an address", "role": "manager" },
        { "email": "ben@example.com", "role": "admin" },
        { "email": "ben+tag@example.com", "full_name": "Ben\u{0}\n Tag", "locale": "de" },
        { "email": "ada@example.com" },
        { "email": "cleo@elsewhere.example" },
        { "email": "bounced@example.com" },
        { "email": "cleo@bücher.example", "locale": "not a locale at all" },
        { "email": "cleo@elsewhere.example" },
        { "email": "not an address" },
    ]);
    let answer = scene.try_as(&scene.ada, &rows).unwrap();
    let found: Vec<_> =
        answer.results.iter().map(|row| (row.index, row.email.as_str(), row.status)).collect();
    assert_eq!(
        found,
        [
            (0, "ben@example.com", Invited),
            (1, "not an address", InvalidEmail),
            (2, "ben@example.com", AlreadyInvited),
            (3, "ben+tag@example.com", Invited),
            (4, "ada@example.com", AlreadyMember),
            (5, "cleo@elsewhere.example", DomainNotAllowed),
            (6, "bounced@example.com", Suppressed),
            (7, "cleo@xn--bcher-kva.example", Invited),
            (8, "cleo@elsewhere.example", DomainNotAllowed),
            (9, "not an address", InvalidEmail),
        ]
    );
    assert_eq!(answer.results[2].invitation_id, answer.results[0].invitation_id);
    assert_eq!(answer.seats, Seats { limit: 50, members: 1, pending: 3 });
    scene.world.with_company(|company| {
        assert_eq!(company.invitations.len(), 3, "a repeated row makes no second invitation");
        assert_eq!(company.invitations[0].role, Role::Employee, "the first row counts");
        assert_eq!(company.invitations[1].full_name.as_deref(), Some("Ben   Tag"));
    });
    assert_eq!((scene.mails(), scene.world.kicks.get()), (3, 1));
}

#[test]
fn the_database_is_asked_about_each_address_once() {
    let scene = scene(50);
    let rows = json!([
        { "email": "ben@example.com" },
        { "email": "nothing" },
        { "email": "BEN@example.com" },
        { "email": "nothing" },
    ]);
    let request = scene.asked(&rows);
    let asked = Rows::of(&scene.world, &request.invitations).distinct();
    let asked: Vec<_> = asked.iter().map(|row| (row.index, row.email.is_some())).collect();
    assert_eq!(asked, [(0, true), (1, false), (3, false)]);
}

#[test]
fn of_a_hundred_rows_as_many_are_invited_as_there_are_seats() {
    let scene = scene(41);
    let addresses: Vec<String> = (0..100).map(|n| format!("n{n}@example.com")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let found = scene.invite(&addresses);
    let expected = |n| if n < 40 { InvitationStatus::Invited } else { InvitationStatus::SeatLimit };
    assert_eq!(found, (0..100).map(expected).collect::<Vec<_>>());
}

#[test]
fn fifty_invitations_at_once_take_no_more_seats_than_there_are() {
    let scene = scene(11);
    let rows: Vec<_> = (0..50).map(|n| json!([{ "email": format!("n{n}@example.com") }])).collect();
    let requests: Vec<_> = rows.iter().map(|row| scene.asked(row)).collect();
    let client = client();
    let calls = requests.iter().map(|request| invite(&scene.world, &scene.ada, request, &client));
    let answers = pollster::block_on(join_all(calls));
    let invited = |answer: &&Result<InviteResponse>| {
        answer.as_ref().unwrap().results[0].status == InvitationStatus::Invited
    };
    assert_eq!(answers.iter().filter(invited).count(), 10);
    assert_eq!(scene.mails(), 10);
}

#[test]
fn an_address_is_invited_once_and_again_when_that_has_expired() {
    use InvitationStatus::*;
    let scene = scene(50);
    let id = scene.invited("ben@example.com");
    assert_eq!(scene.invite(&["ben@example.com"]), [AlreadyInvited]);
    scene.world.advance(TimeDelta::days(8));
    assert_eq!(scene.invite(&["ben@example.com"]), [Resent]);
    assert_eq!(scene.invited("ben@example.com"), id);
}

#[test]
fn an_invitation_that_expired_or_was_revoked_frees_its_seat() {
    use InvitationStatus::*;
    let scene = scene(2);
    let ben = scene.invited("ben@example.com");
    assert_eq!(scene.invite(&["cleo@example.com"]), [SeatLimit]);
    let revoked = scene.change(&scene.ada, ben, false).unwrap();
    assert_eq!(revoked.status, ChangeStatus::Revoked);
    assert_eq!(revoked.seats, Seats { limit: 2, members: 1, pending: 0 });
    assert_eq!(scene.invite(&["cleo@example.com", "ben@example.com"]), [Invited, SeatLimit]);
    scene.world.advance(TimeDelta::days(8));
    assert_eq!(scene.invite(&["ben@example.com"]), [Invited], "revoked, hence anew");
}

#[test]
fn a_resent_invitation_has_a_new_link_and_a_new_end() {
    let scene = scene(2);
    let ben = scene.invited("ben@example.com");
    scene.world.advance(TimeDelta::days(8));
    let change = scene.change(&scene.ada, ben, true).unwrap();
    assert_eq!((change.invitation_id, change.status), (ben, ChangeStatus::Resent));
    let tokens = scene.world.tokens.borrow();
    let links: Vec<bool> = tokens.rows.iter().map(|token| token.superseded).collect();
    assert_eq!(links, [true, false]);
    assert_eq!((scene.mails(), scene.world.kicks.get()), (2, 2));
}

#[test]
fn what_cannot_be_resent_says_why() {
    let scene = scene(2);
    let ben = scene.invited("ben@example.com");
    for _ in 0..4 {
        scene.change(&scene.ada, ben, true).unwrap();
    }
    assert_eq!(scene.change(&scene.ada, ben, true), Err(Code::TooManyMails));
    scene.world.with_company(|company| company.invitations[0].mails = 1);
    scene.world.advance(TimeDelta::days(8));
    scene.invited("cleo@example.com");
    assert_eq!(scene.change(&scene.ada, ben, true), Err(Code::SeatLimit));
    scene.world.with_company(|company| company.domains = vec!["elsewhere.example".to_owned()]);
    assert_eq!(scene.change(&scene.ada, ben, true), Err(Code::DomainNotAllowed));
    scene.change(&scene.ada, ben, false).unwrap();
    assert_eq!(scene.change(&scene.ada, ben, true), Err(Code::Conflict));
}

#[test]
fn only_admins_of_the_company_invite_and_an_unknown_one_is_like_a_strangers() {
    let scene = scene(50);
    let ben = scene.invited("ben@example.com");
    let (_, stranger) = scene.world.found("sven", 50);
    let manager = scene.world.settle("mia", true);
    scene.world.with_company(|company| {
        let role = "manager".to_owned();
        company.members.push(crate::testing::MemoryMember {
            user_id: manager,
            email: "max@example.com".to_owned(),
            role,
            active: true,
        });
    });
    let manager = scene.world.sign_in(manager);
    for person in [&stranger, &manager] {
        for rows in [json!([{ "email": "cleo@example.com" }]), json!([{ "email": "nothing" }])] {
            assert_eq!(scene.try_as(person, &rows).unwrap_err().code(), Code::Forbidden);
        }
        for again in [true, false] {
            assert_eq!(scene.change(person, ben, again), Err(Code::NotFound));
        }
    }
    let unknown = InvitationId(uuid::Uuid::nil());
    assert_eq!(scene.change(&scene.ada, unknown, false), Err(Code::NotFound));
    assert_eq!(scene.mails(), 1);
}

#[test]
fn a_company_that_may_not_invite_says_why() {
    let scene = scene(50);
    let rows = json!([{ "email": "ben@example.com" }]);
    let refused = || scene.try_as(&scene.ada, &rows).unwrap_err().code();
    scene.world.with_company(|company| company.suspended = true);
    assert_eq!(refused(), Code::CompanySuspended);
    scene.world.with_company(|company| (company.suspended, company.accepted_dpa) = (false, false));
    assert_eq!(refused(), Code::DpaRequired);
    scene.world.with_company(|company| (company.subscription, company.accepted_dpa) = (None, true));
    assert_eq!(refused(), Code::NoPlan);
}

#[test]
fn nobody_or_too_many_are_refused_before_anything_is_called() {
    let scene = scene(50);
    scene.world.database_faults.borrow_mut().push(Some(DatabaseFault::Before));
    for count in [0, 101] {
        let rows: Value = (0..count).map(|_| json!({ "email": "a@example.com" })).collect();
        assert_eq!(scene.try_as(&scene.ada, &rows).unwrap_err().code(), Code::InvalidRequest);
    }
    assert_eq!(scene.world.database_faults.borrow().len(), 1, "nothing was called");
}
