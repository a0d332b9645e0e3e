//! `feature-flags`: what is switched on, for pages and for backends that speak OFREP.
//!
//! Public, and as somebody for who has signed in. `POST /ofrep/v1/evaluate/flags` says all of it, with a version by which a page
//! knows whether anything has changed; `POST /ofrep/v1/evaluate/flags/{key}` one.

use evenkeel_core::feature_flags::{evaluate, evaluate_all, operations};

evenkeel_edge::function! {
    operations::EVALUATE_ALL => |edge, call| evaluate_all(edge, call.caller, &call.request),
    operations::EVALUATE => |edge, call| evaluate(edge, call.caller, &call.request),
}
