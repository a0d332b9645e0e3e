use serde_json::{Value, json};

use super::*;
use crate::{id::RequestId, operation::Reply, testing::World};

const TOKEN: &str = "Bearer e30.eyJyb2xlIjoiYXV0aGVudGljYXRlZCJ9.c2ln";

fn asked(name: &str, known: Option<&str>, body: &Value) -> AskedRequest<EvaluateRequest> {
    let body = crate::parse_request(body.to_string().as_bytes()).unwrap();
    AskedRequest { name: name.to_owned(), known: known.map(str::to_owned), body }
}

fn new_week() -> Value {
    json!({ "key": "new-week", "value": true, "variant": "on", "reason": "STATIC" })
}

fn context() -> Value {
    json!({ "context": { "targetingKey": "visitor-1", "plan": ["whatever"] } })
}

fn body(document: Document) -> Value {
    let text = Reply::<()>::into_body(document).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn who_has_not_signed_in_is_asked_for_by_their_key_and_who_has_as_themselves() {
    let world = World::new();
    let person = AccessToken::from_authorization(Some(TOKEN)).unwrap();
    for caller in [None, Some(&person)] {
        world.database.answer::<EvaluateFeatureFlags<'_>>(json!([new_week()]));
        let request = asked("flags", None, &context());
        let document = pollster::block_on(evaluate_all(&world, caller, &request)).unwrap();
        assert_eq!(body(document), json!({ "flags": [new_week()] }));
        let call = world.asked::<EvaluateFeatureFlags<'_>>();
        assert_eq!(call.person.is_some(), caller.is_some());
        assert_eq!(call.arguments, json!({ "p_flag_key": null, "p_targeting_key": "visitor-1" }));
    }
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let world = World::new();
    let mut known = None;
    for (flags, is_known) in
        [(json!([new_week()]), false), (json!([new_week()]), true), (json!([]), false)]
    {
        world.database.answer::<EvaluateFeatureFlags<'_>>(flags);
        let request = asked("flags", known.as_deref(), &context());
        let document = pollster::block_on(evaluate_all(&world, None, &request)).unwrap();
        let version = Reply::<()>::version(&document).unwrap();
        assert_eq!((version.is_known, version.media_type), (is_known, "application/json"));
        known = Some(version.tag);
    }
}

#[test]
fn one_is_asked_for_by_its_key_and_what_there_is_not_is_said_as_ofrep_says_it() {
    let world = World::new();
    world.database.answer::<EvaluateFeatureFlags<'_>>(json!([new_week()]));
    world.database.answer::<EvaluateFeatureFlags<'_>>(json!([]));
    let one =
        |name: &str| pollster::block_on(evaluate(&world, None, &asked(name, None, &context())));
    assert_eq!(body(one("new-week").unwrap()), new_week());
    for name in ["no-such-flag", "New-Week", "a\"b", "%00", &"a".repeat(64)] {
        let error = one(name).unwrap_err();
        assert_eq!(error.code(), Code::FlagNotFound, "{name}");
        let body: Value = serde_json::from_str(&error.body(RequestId(uuid::Uuid::nil()))).unwrap();
        assert_eq!((&body["key"], &body["errorCode"]), (&json!(name), &json!("FLAG_NOT_FOUND")));
    }
    let calls = world.calls();
    assert_eq!(calls.len(), 2, "what is no key is not asked for: {calls:?}");
}

#[test]
fn a_targeting_key_is_bounded() {
    let world = World::new();
    for key in ["k".repeat(201), "a\0b".to_owned()] {
        let request = asked("flags", None, &json!({ "context": { "targetingKey": key } }));
        let error = pollster::block_on(evaluate_all(&world, None, &request)).unwrap_err();
        assert_eq!(error.code(), Code::InvalidRequest);
    }
    world.database.answer::<EvaluateFeatureFlags<'_>>(json!([]));
    let request = asked("flags", None, &json!({ "context": {} }));
    pollster::block_on(evaluate_all(&world, None, &request)).unwrap();
}

#[test]
fn a_token_that_counts_no_more_is_refused_and_an_outage_is_one() {
    let world = World::new();
    let person = AccessToken::from_authorization(Some(TOKEN)).unwrap();
    let expired = DatabaseError::Refused {
        code: "PGRST301".to_owned(),
        status: 401,
        message: "JWT expired".to_owned(),
        details: None,
    };
    world.database.fail::<EvaluateFeatureFlags<'_>>(expired);
    world.database.fail::<EvaluateFeatureFlags<'_>>(DatabaseError::Timeout);
    for code in [Code::Unauthenticated, Code::UpstreamTimeout] {
        let request = asked("flags", None, &context());
        let error = pollster::block_on(evaluate_all(&world, Some(&person), &request)).unwrap_err();
        assert_eq!(error.code(), code);
    }
}
