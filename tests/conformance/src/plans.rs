//! Giving companies plans, as the person who asks.

use chrono::TimeDelta;
use evenkeel_core::{
    AccessToken, Code, Error,
    id::{CompanyId, UserId},
    parse_request,
    plans::{AssignCompanyPlan, AssignPlanRequest, Subscription, SubscriptionStatus},
    ports::DatabaseError,
};

use crate::{
    subject::{Steps as _, Subject},
    verification::client,
};

/// One of us, a company with three members, and a plan with two seats and a fortnight's trial.
struct Scene {
    olga: AccessToken,
    members: [UserId; 3],
    company: CompanyId,
    plan: String,
}

async fn scene(subject: &impl Subject) -> Scene {
    let olga = subject.member("olga").await;
    subject.appoint(olga);
    let members =
        [subject.member("ada").await, subject.member("ben").await, subject.member("cleo").await];
    let [ada, ben, cleo] = members;
    let company = subject.found(&[(ada, "admin"), (ben, "manager"), (cleo, "employee")]);
    Scene { olga: subject.sign_in(olga, "olga"), members, company, plan: subject.offer(2, 14) }
}

/// A request, of fields besides company and plan.
fn asked(scene: &Scene, fields: &str) -> AssignPlanRequest {
    let Scene { company, plan, .. } = scene;
    let body = format!(r#"{{"company_id":"{company}","plan":"{plan}",{fields}}}"#);
    parse_request(body.as_bytes()).unwrap()
}

async fn assign(
    subject: &impl Subject,
    person: &AccessToken,
    request: &AssignPlanRequest,
) -> Result<Subscription, Error> {
    let client = client(subject);
    let answer = subject.call_as(person, &AssignCompanyPlan::new(request, &client)).await;
    answer.map(|answer| answer.read().unwrap()).map_err(DatabaseError::for_caller)
}

async fn try_as(
    subject: &impl Subject,
    person: &AccessToken,
    request: &AssignPlanRequest,
) -> Result<Subscription, Code> {
    assign(subject, person, request).await.map_err(|error| error.code())
}

async fn give(subject: &impl Subject, scene: &Scene, fields: &str) -> Result<Subscription, Code> {
    try_as(subject, &scene.olga, &asked(scene, fields)).await
}

fn day(subject: &impl Subject, later: i64) -> String {
    (subject.now().date_naive() + TimeDelta::days(later)).to_string()
}

pub(crate) async fn a_plan_is_given_and_the_same_again_changes_nothing(subject: &impl Subject) {
    let scene = scene(subject).await;
    let fields = r#""status":"active","seats":7"#;
    let given = give(subject, &scene, fields).await.unwrap();
    assert_eq!((given.company_id, &given.plan), (scene.company, &scene.plan));
    assert_eq!((given.status, given.seats), (SubscriptionStatus::Active, 7));
    assert_eq!(given.starts_on.as_str(), day(subject, 0));
    assert_eq!((&given.ends_on, &given.trial_ends_on), (&None, &None));
    assert_eq!(give(subject, &scene, fields).await.unwrap(), given);
}

pub(crate) async fn only_platform_admins_give_plans(subject: &impl Subject) {
    let scene = scene(subject).await;
    let request = asked(&scene, r#""status":"active","seats":7"#);
    let ada = subject.sign_in(scene.members[0], "ada");
    assert_eq!(try_as(subject, &ada, &request).await, Err(Code::Forbidden));
    subject.end_sessions(scene.members[0]);
    assert_eq!(try_as(subject, &ada, &request).await, Err(Code::Unauthenticated));
    assert!(try_as(subject, &scene.olga, &request).await.is_ok());
}

pub(crate) async fn fewer_seats_than_members_are_refused_with_the_numbers(subject: &impl Subject) {
    let scene = scene(subject).await;
    let request = asked(&scene, r#""status":"active""#);
    let error = assign(subject, &scene.olga, &request).await.unwrap_err();
    assert_eq!(error.code(), Code::SeatsBelowMembers);
    assert_eq!(
        error.detail(),
        "There would be 2 seats: 3 taken by members, 0 held for people who are invited."
    );
    let forced = give(subject, &scene, r#""status":"active","reason":"Agreed on.""#).await;
    assert_eq!(forced.unwrap().seats, 2);
}

pub(crate) async fn states_follow_one_another(subject: &impl Subject) {
    let scene = scene(subject).await;
    let refused = Err(Code::TransitionNotAllowed);
    assert_eq!(give(subject, &scene, r#""status":"suspended""#).await, refused);
    let trial = r#""status":"trial","seats":7"#;
    for status in [trial, r#""status":"active","seats":7"#, r#""status":"suspended","seats":7"#] {
        assert!(give(subject, &scene, status).await.is_ok(), "{status}");
    }
    assert_eq!(give(subject, &scene, trial).await, refused);
    let cancelled = r#""status":"cancelled""#;
    assert_eq!(give(subject, &scene, cancelled).await, Err(Code::ReasonRequired));
    let cancelled = r#""status":"cancelled","reason":"They asked for it.""#;
    let over = give(subject, &scene, cancelled).await.unwrap();
    assert_eq!(over.status, SubscriptionStatus::Cancelled);
    assert_eq!(give(subject, &scene, trial).await, refused, "a company has one trial");
    assert!(give(subject, &scene, r#""status":"active","seats":7"#).await.is_ok());
}

pub(crate) async fn a_trial_lasts_as_the_plan_says_or_as_agreed(subject: &impl Subject) {
    let scene = scene(subject).await;
    let last =
        |subscription: Subscription| subscription.trial_ends_on.map(|day| day.as_str().to_owned());
    let trial = give(subject, &scene, r#""status":"trial","seats":7"#).await.unwrap();
    assert_eq!(last(trial), Some(day(subject, 13)));
    let longer = give(subject, &scene, r#""status":"trial","seats":7,"trial_days":21"#).await;
    assert_eq!(last(longer.unwrap()), Some(day(subject, 20)));
}

pub(crate) async fn a_plan_that_cannot_be_meant_is_refused(subject: &impl Subject) {
    let mut scene = scene(subject).await;
    let from =
        |later| format!(r#""status":"active","seats":7,"starts_on":"{}""#, day(subject, later));
    let until =
        |later| format!(r#""status":"active","seats":7,"ends_on":"{}""#, day(subject, later));
    assert_eq!(give(subject, &scene, &from(400)).await, Err(Code::InvalidStart));
    assert_eq!(give(subject, &scene, &until(-1)).await, Err(Code::InvalidEnd));
    let plan = core::mem::replace(&mut scene.plan, "no-such-plan".to_owned());
    assert_eq!(give(subject, &scene, r#""status":"active""#).await, Err(Code::NotFound));
    scene.plan = subject.offer(9, 0);
    assert_eq!(give(subject, &scene, r#""status":"trial""#).await, Err(Code::InvalidTrial));
    subject.withdraw(&plan);
    scene.plan = plan;
    assert_eq!(give(subject, &scene, r#""status":"active""#).await, Err(Code::PlanInactive));
}
