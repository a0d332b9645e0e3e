use serde_json::json;

use super::*;
use crate::{
    email_address::EmailAddress,
    error::{Code, Error},
    id::{RequestId, UserId},
    ports::{Identity as _, NewUser},
    refusal::parse_request,
    secret::SecretString,
    testing::{DatabaseFault, MemoryCompany, MemoryMember, MemoryPlan, World},
};

const NORTHWIND: CompanyId = CompanyId(uuid::Uuid::from_u128(1));

/// Northwind with three members, two plans, and Olga, who is one of us.
struct Scene {
    world: World,
    olga: AccessToken,
    ada: AccessToken,
}

fn scene() -> Scene {
    let world = World::new();
    let [olga, ada] = ["olga", "ada"].map(|name| person(&world, name));
    let member = |user_id| MemoryMember {
        user_id,
        email: format!("{user_id}@example.com"),
        role: "admin".to_owned(),
        active: true,
    };
    {
        let mut companies = world.companies.borrow_mut();
        companies.platform_admins.push(olga);
        let plan = |slug: &str, seats, trial_days, active| {
            let slug = slug.to_owned();
            MemoryPlan { slug, seats, trial_days, active }
        };
        let plans =
            [plan("starter", 2, 14, true), plan("growth", 50, 0, true), plan("old", 9, 0, false)];
        companies.plans.extend(plans);
        companies.rows.push(MemoryCompany {
            members: [ada, olga, UserId(uuid::Uuid::nil())].map(member).into(),
            ..MemoryCompany::founded(NORTHWIND, "Northwind")
        });
    }
    let [olga, ada] = [olga, ada].map(|user| world.sign_in(user));
    Scene { world, olga, ada }
}

fn person(world: &World, name: &str) -> UserId {
    let user = NewUser {
        email: EmailAddress::parse(world, &format!("{name}@example.com")).unwrap(),
        password: SecretString::new("correct horse battery staple"),
        email_confirmed: true,
    };
    pollster::block_on(world.create_user(&user)).unwrap()
}

fn asked(plan: &str, status: &str) -> serde_json::Value {
    json!({ "company_id": NORTHWIND, "plan": plan, "status": status })
}

fn with(mut body: serde_json::Value, name: &str, value: impl Into<Value>) -> serde_json::Value {
    body[name] = value.into();
    body
}

impl Scene {
    fn try_as(&self, person: &AccessToken, body: &Value) -> Result<Subscription> {
        let request: AssignPlanRequest = parse_request(body.to_string().as_bytes())?;
        let client = ClientContext::new(RequestId(uuid::Uuid::nil()), None, None);
        let answer = pollster::block_on(assign(&self.world, person, &request, &client))?;
        Ok(answer.read()?)
    }

    fn assign(&self, body: &Value) -> Result<Subscription, Code> {
        self.try_as(&self.olga, body).map_err(|error| error.code())
    }

    fn pointer(&self, body: &Value) -> String {
        let error: Error = self.try_as(&self.olga, body).unwrap_err();
        assert_eq!(error.code(), Code::InvalidRequest, "{body}");
        error.problem(RequestId(uuid::Uuid::nil())).errors[0].pointer.clone()
    }

    fn mails(&self) -> usize {
        self.world.companies.borrow().mails.len()
    }
}

#[test]
fn an_assigned_plan_is_answered_and_told_to_the_admins() {
    let scene = scene();
    let subscription = scene.assign(&asked("growth", "active")).unwrap();
    assert_eq!(
        (subscription.plan.as_str(), subscription.status, subscription.seats),
        ("growth", SubscriptionStatus::Active, 50)
    );
    assert_eq!(subscription.starts_on.as_str(), "2026-05-04");
    assert_eq!((scene.mails(), scene.world.kicks.get()), (1, 1));
}

#[test]
fn the_same_again_changes_nothing() {
    let scene = scene();
    let once = scene.assign(&asked("growth", "active"));
    assert_eq!(scene.assign(&asked("growth", "active")), once);
    assert_eq!(scene.mails(), 1);
}

#[test]
fn a_trial_lasts_as_long_as_the_plan_says_or_as_agreed() {
    let body = with(asked("starter", "trial"), "reason", "Agreed with Ada.");
    let ends = |body: &Value| {
        let day = scene().assign(body).unwrap().trial_ends_on.unwrap();
        day.as_str().to_owned()
    };
    assert_eq!(ends(&body), "2026-05-17");
    assert_eq!(ends(&with(body, "trial_days", 1)), "2026-05-04");
    assert_eq!(scene().assign(&asked("growth", "trial")), Err(Code::InvalidTrial));
}

#[test]
fn fewer_seats_than_members_need_a_reason() {
    let scene = scene();
    let error = scene.try_as(&scene.olga, &asked("starter", "active")).unwrap_err();
    assert_eq!(error.code(), Code::SeatsBelowMembers);
    assert_eq!(
        error.detail(),
        "There would be 2 seats: 3 taken by members, 0 held for people who are invited."
    );
    assert_eq!((scene.mails(), scene.world.kicks.get()), (0, 0));
    let forced = with(asked("starter", "active"), "reason", "Agreed with Ada.");
    assert_eq!(scene.assign(&forced).unwrap().seats, 2);
}

#[test]
fn a_state_that_does_not_follow_is_refused() {
    let scene = scene();
    assert_eq!(scene.assign(&asked("growth", "suspended")), Err(Code::TransitionNotAllowed));
    scene.assign(&asked("growth", "active")).unwrap();
    assert_eq!(scene.assign(&asked("growth", "trial")), Err(Code::TransitionNotAllowed));
    scene.assign(&asked("growth", "suspended")).unwrap();
    assert_eq!(scene.assign(&asked("growth", "cancelled")), Err(Code::ReasonRequired));
    let cancelled = with(asked("growth", "cancelled"), "reason", "Ada asked for it.");
    assert_eq!(scene.assign(&cancelled).unwrap().status, SubscriptionStatus::Cancelled);
    assert_eq!(scene.assign(&cancelled), Err(Code::TransitionNotAllowed));
}

#[test]
fn what_there_is_not_is_not_found_and_what_is_over_not_given() {
    let scene = scene();
    assert_eq!(scene.assign(&asked("unknown", "active")), Err(Code::NotFound));
    let nowhere = with(asked("growth", "active"), "company_id", uuid::Uuid::nil().to_string());
    assert_eq!(scene.assign(&nowhere), Err(Code::NotFound));
    assert_eq!(scene.assign(&asked("old", "active")), Err(Code::PlanInactive));
    let late = with(asked("growth", "active"), "starts_on", "2030-01-01");
    assert_eq!(scene.assign(&late), Err(Code::InvalidStart));
    let backwards = with(asked("growth", "active"), "ends_on", "2026-05-03");
    assert_eq!(scene.assign(&backwards), Err(Code::InvalidEnd));
}

#[test]
fn only_we_assign_plans() {
    let scene = scene();
    let refused = |person| scene.try_as(person, &asked("growth", "active")).unwrap_err().code();
    assert_eq!(refused(&scene.ada), Code::Forbidden);
    scene.world.accounts.borrow_mut()[0].sessions = 0;
    assert_eq!(refused(&scene.olga), Code::Unauthenticated, "an ended session is none");
    assert!(scene.world.companies.borrow().rows[0].subscription.is_none());
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_called() {
    let scene = scene();
    scene.world.database_faults.borrow_mut().push(Some(DatabaseFault::Before));
    let good = || asked("growth", "active");
    for plan in ["", "Growth", "a--b", "-a", "a b", &"a".repeat(61)] {
        assert_eq!(scene.pointer(&with(good(), "plan", plan)), "/plan");
    }
    for (name, value) in [
        ("trial_days", json!(0)),
        ("trial_days", json!(366)),
        ("seats", json!(0)),
        ("seats", json!(100_001)),
        ("seats", json!(-1)),
        ("reason", json!("  why ")),
        ("reason", json!("x".repeat(501))),
        ("reason", json!("a reason\u{0}")),
        ("starts_on", json!("2026-02-30")),
        ("status", json!("paused")),
        ("company_id", json!("northwind")),
    ] {
        assert_eq!(scene.pointer(&with(good(), name, value)), format!("/{name}"));
    }
    assert_eq!(scene.world.database_faults.borrow().len(), 1, "nothing was called");
}
