//! What every function does alike.

use std::{cell::OnceCell, future::Future};

use evenkeel_core::{Code, Config, Error, Result, config::ConfigError, id, id::RequestId};
use wasm_bindgen::prelude::*;

use crate::{
    answer::Answer,
    edge::Edge,
    function::Function,
    incoming::{Incoming, Received},
    log, panic, platform, sentry, task,
};

thread_local! {
    /// Read and validated once per instance.
    static CONFIG: OnceCell<std::result::Result<&'static Config, Vec<ConfigError>>> = const { OnceCell::new() };
}

/// The configuration, or everything that is wrong with it.
pub(crate) fn config() -> std::result::Result<&'static Config, Vec<ConfigError>> {
    CONFIG.with(|config| {
        config
            .get_or_init(|| Config::load(platform::env).map(|config| &*Box::leak(Box::new(config))))
            .clone()
    })
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = __edge, js_name = answer)]
    fn host_answer(call: u32, message: &str);
}

/// Runs a request as a task and hands its answer to the host.
pub fn answer_call(call: u32, request: impl Future<Output = String> + 'static) {
    task::spawn(async move { host_answer(call, &request.await) });
}

/// Answers a request: `serve` is called for the function's routes alone, and its
/// error becomes problem+json.
pub async fn run(
    function: &'static Function,
    received: Received,
    serve: impl AsyncFnOnce(&Edge, &Incoming) -> Result<Answer>,
) -> String {
    panic::watch();
    let started_ms = platform::now_ms();
    let request_id = RequestId(id::parse(&received.request_id).unwrap_or_default());
    let config = match config() {
        Ok(config) => config,
        Err(errors) => return misconfigured(function, &errors, request_id).into_message(),
    };
    inject_fault(&received);

    let edge = Edge::new(function, config, request_id);
    let method = received.method.clone();
    let route = function.path(received.path());
    let result = answer(&edge, received, route, serve).await;
    let (answer, error) = match result {
        Ok(answer) => (answer, None),
        Err(error) => (Answer::problem(&error, request_id), Some(error)),
    };
    let status = answer.status;
    log::request(&edge, &log::Outcome { method, route, status, error: error.as_ref(), started_ms });
    if let Some(error) = error.filter(Error::is_fault) {
        sentry::report(config, function.name, Some(request_id), &error);
    }
    answer.into_message()
}

async fn answer(
    edge: &Edge,
    received: Received,
    path: Option<&'static str>,
    serve: impl AsyncFnOnce(&Edge, &Incoming) -> Result<Answer>,
) -> Result<Answer> {
    let path =
        path.ok_or_else(|| Error::new(Code::NotFound, "This function has no such route."))?;
    let allow = || edge.function.allow(path);
    if received.method == "OPTIONS" {
        return Ok(Answer::preflight(allow()));
    }
    let route = edge.function.route(&received.method, path);
    let route = route.ok_or_else(|| Error::method_not_allowed(allow()))?;
    serve(edge, &Incoming::new(received, route)).await
}

/// 500 for the caller; for operators the names of the variables, never the values.
#[cold]
#[inline(never)]
fn misconfigured(function: &Function, errors: &[ConfigError], request_id: RequestId) -> Answer {
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    log::error(function.name, &["configuration: ", &errors.join("; ")].concat());
    Answer::problem(&Error::internal("configuration"), request_id)
}

/// For the tests of panic recovery. Off unless `EDGE_FAULTS` is set, which no deployment does.
fn inject_fault(received: &Received) {
    let asked = received.header("x-edge-fault") == Some("panic");
    let armed = || platform::env("EDGE_FAULTS").is_some_and(|faults| faults == "panic");
    assert!(!asked || !armed(), "a fault was asked for");
}
