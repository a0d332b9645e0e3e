//! The part of a request that all functions share.

use std::future::Future;

use evenkeel_core::{Error, Result, config::ConfigError, id, id::RequestId};
use wasm_bindgen::prelude::*;

use crate::{
    answer::Answer,
    call::Admitted,
    config::config,
    edge::Edge,
    function::Function,
    incoming::{Incoming, Received},
    log, panic, platform, sentry, task,
};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = __edge, js_name = answer)]
    fn host_answer(call: u32, message: &str);
}

/// Runs a request as a task and hands its answer to the host.
pub fn answer_call(call: u32, request: impl Future<Output = String> + 'static) {
    task::spawn(async move { host_answer(call, &request.await) });
}

/// Answers a request whose function lacks a variable that only some of its callers need, before anything is looked at.
pub fn refuse_call(call: u32, function: &'static Function, fault: ConfigError, request_id: &str) {
    let request_id = RequestId(id::parse(request_id).unwrap_or_default());
    host_answer(call, &misconfigured(function, &[fault], request_id).into_message());
}

/// Answers a request: the function's routes alone are served, and what goes wrong becomes
/// problem+json.
pub async fn run(function: &'static Function, received: Received) -> String {
    panic::watch();
    let started_ms = platform::now_ms();
    let request_id = RequestId(id::parse(&received.request_id).unwrap_or_default());
    let config = match config() {
        Ok(config) => config,
        Err(errors) => return misconfigured(function, &errors, request_id).into_message(),
    };
    inject_fault(&received);

    let edge = Edge::new(function.name(), config, request_id);
    let method = received.method.clone();
    let route = function.path(received.path());
    let result = answer(function, &edge, received, route).await;
    let (answer, error) = match result {
        Ok(answer) => (answer, None),
        Err(error) => (Answer::problem(&error, request_id), Some(error)),
    };
    let status = answer.status;
    log::request(&edge, &log::Outcome { method, route, status, error: error.as_ref(), started_ms });
    if let Some(error) = error.filter(Error::is_fault) {
        sentry::report(config, function.name(), Some(request_id), &error);
    }
    answer.into_message()
}

async fn answer(
    function: &Function,
    edge: &Edge,
    received: Received,
    path: Option<&'static str>,
) -> Result<Answer> {
    let path = path.ok_or_else(Error::nothing_here)?;
    let allow = || function.allow(path);
    if received.method == "OPTIONS" {
        return Ok(Answer::preflight(allow()));
    }
    let route = function.route(&received.method, path);
    let route = route.ok_or_else(|| Error::method_not_allowed(allow()))?;
    let incoming = Incoming::new(received);
    let person = (route.admit)(&incoming.credentials(edge.config))?;
    let body = incoming.body(&route.accepts).await?;
    (route.serve)(edge, &Admitted { incoming, person, body }).await
}

/// 500 for the caller; for operators the names of the variables, never the values.
#[cold]
#[inline(never)]
fn misconfigured(function: &Function, errors: &[ConfigError], request_id: RequestId) -> Answer {
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    log::error(function.name(), &["configuration: ", &errors.join("; ")].concat());
    Answer::problem(&Error::internal("configuration"), request_id)
}

/// For the tests of panic recovery. Off unless `EDGE_FAULTS` is set, which no deployment does.
fn inject_fault(received: &Received) {
    let asked = received.header("x-edge-fault") == Some("panic");
    let armed = || platform::env("EDGE_FAULTS").is_some_and(|faults| faults == "panic");
    assert!(!asked || !armed(), "a fault was asked for");
}
