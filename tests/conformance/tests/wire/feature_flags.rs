//! The function of feature flags.

use evenkeel_conformance::Stack;
use evenkeel_core::{
    feature_flags::{EvaluateFeatureFlags, Evaluation},
    json::Verbatim,
};

use crate::{call, call_as};

/// A public flag, under a key of its own, and one for who has signed in.
const MAKE: [&str; 2] = [
    "insert into public.feature_flags (key, description, owner, expires_on, is_on, is_public)
     values ('wire-all-' || $1::uuid, 'A flag of the wire', 'Tests', '2099-01-01', true, true)",
    "insert into public.feature_flags (key, description, owner, expires_on, is_on)
     values ('wire-own-' || $1::uuid, 'A flag of the wire', 'Tests', '2099-01-01', true)",
];

pub(crate) async fn evaluate_feature_flags(stack: &Stack) -> Vec<Vec<Verbatim<Evaluation>>> {
    let (person, token) = stack.member("ada");
    for make in MAKE {
        stack.change(make, person.0);
    }
    let [all, own, none] = ["all", "own", "none"].map(|name| format!("wire-{name}-{}", person.0));
    let ask =
        |key| EvaluateFeatureFlags { p_flag_key: Some(key), p_targeting_key: Some("visitor") };
    let public = call(stack, &ask(&all)).await;
    let hidden = call(stack, &ask(&own)).await;
    let own = call_as(stack, &token, &ask(&own)).await;
    let unknown = call_as(stack, &token, &ask(&none)).await;
    assert_eq!([public.len(), own.len(), hidden.len(), unknown.len()], [1, 1, 0, 0]);
    for flag in public.iter().chain(&own) {
        assert!(flag.as_str().contains("STATIC"), "{flag:?}");
    }
    let all = EvaluateFeatureFlags { p_flag_key: None, p_targeting_key: None };
    assert!(call(stack, &all).await.len() > 1);
    vec![public, own, hidden]
}
