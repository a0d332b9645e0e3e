use serde_json::{Value, json};

use super::*;
use crate::{
    error::Code,
    id::RequestId,
    ports::SqlFunction as _,
    refusal::parse_request,
    testing::{World, client, signed_in},
};

/// A request with these fields, and what is needed beside them.
fn with(fields: &Value) -> Value {
    let company = CompanyId::default();
    let mut body = json!({ "company_id": company, "plan": "growth", "status": "active" });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    body
}

fn try_with(world: &World, fields: &Value) -> Result<Verbatim<Subscription>> {
    let request: AssignPlanRequest = parse_request(with(fields).to_string().as_bytes())?;
    pollster::block_on(assign(world, &signed_in("olga"), &request, &client()))
}

fn subscription() -> Value {
    json!({
        "id": SubscriptionId::default(), "company_id": CompanyId::default(), "plan": "growth",
        "status": "active", "starts_on": "2026-05-04", "ends_on": null, "trial_ends_on": null,
        "seats": 50, "sessions_per_month": null, "features": { "reports": true },
    })
}

#[test]
fn a_plan_is_given_as_the_person_and_what_the_database_says_is_answered() {
    let world = World::new();
    world.database.answer::<AssignCompanyPlan>(subscription());
    let fields = json!({
        "starts_on": "2026-05-04", "ends_on": "2027-05-03", "trial_days": 21, "seats": 7,
        "auto_renew": false, "reason": "Agreed with Ada.",
    });
    let answer = try_with(&world, &fields).unwrap();
    assert_eq!(answer.as_str(), subscription().to_string());
    let asked = world.asked::<AssignCompanyPlan>();
    assert_eq!(asked.person.as_deref(), Some(signed_in("olga").expose()));
    let mut expected: Value =
        json!({ "p_force_reason": "Agreed with Ada.", "p_context": client() });
    for (name, value) in with(&fields).as_object().unwrap().iter().filter(|(n, _)| *n != "reason") {
        expected[format!("p_{name}")] = value.clone();
    }
    assert_eq!(asked.arguments, expected);
    assert_eq!((world.calls().len(), world.kicks.get()), (1, 1));
}

#[test]
fn what_is_left_out_is_left_to_the_database() {
    let world = World::new();
    world.database.answer::<AssignCompanyPlan>(subscription());
    try_with(&world, &json!({})).unwrap();
    let asked = world.asked::<AssignCompanyPlan>().arguments;
    for name in ["starts_on", "ends_on", "trial_days", "seats", "auto_renew", "force_reason"] {
        assert_eq!(asked[format!("p_{name}")], Value::Null, "{name}");
    }
}

#[test]
fn every_refusal_is_passed_on_and_nobody_is_told() {
    for word in AssignCompanyPlan::REFUSES {
        let world = World::new();
        world.database.refuse::<AssignCompanyPlan>(*word, None);
        let error = try_with(&world, &json!({})).unwrap_err();
        assert_eq!((error.code(), world.kicks.get()), (*word, 0));
    }
}

#[test]
fn fewer_seats_than_members_are_refused_with_the_numbers() {
    let world = World::new();
    let seats = json!({ "limit": 2, "members": 3, "pending": 0 });
    world.database.refuse::<AssignCompanyPlan>(Code::SeatsBelowMembers, Some(seats));
    assert_eq!(
        try_with(&world, &json!({})).unwrap_err().detail(),
        "There would be 2 seats: 3 taken by members, 0 held for people who are invited."
    );
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_called() {
    let plans = ["", "Growth", "a--b", "-a", "a b", "a_b", &"a".repeat(61)];
    let plans = plans.into_iter().map(|plan| ("plan", json!(plan)));
    let others = [
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
    ];
    let world = World::new();
    for (name, value) in plans.chain(others) {
        let error = try_with(&world, &json!({ name: value })).unwrap_err();
        assert_eq!(error.code(), Code::InvalidRequest, "{name} {value}");
        let pointer = error.problem(RequestId::default()).errors[0].pointer.clone();
        assert_eq!(pointer, format!("/{name}"));
    }
    assert!(world.calls().is_empty());
}

#[test]
fn the_most_that_can_be_meant_is_asked_for() {
    let world = World::new();
    for (name, value) in [
        ("plan", json!("a".repeat(60))),
        ("plan", json!("growth-2026")),
        ("trial_days", json!(1)),
        ("trial_days", json!(365)),
        ("seats", json!(1)),
        ("seats", json!(100_000)),
    ] {
        world.database.answer::<AssignCompanyPlan>(subscription());
        assert!(try_with(&world, &json!({ name: value })).is_ok(), "{name} {value}");
    }
}
