//! What every function does alike.

use std::cell::OnceCell;

use evenkeel_core::{Code, Config, Error, Result, config::ConfigError, id::RequestId};
use wasm_bindgen::prelude::*;

use crate::{
    answer::Answer,
    edge::{Edge, random_uuid},
    function::Function,
    incoming::{Incoming, given_request_id, header},
    log, panic, platform, sentry,
};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = URL)]
    type Url;

    #[wasm_bindgen(constructor, js_class = "URL", catch)]
    fn new(url: &str) -> std::result::Result<Url, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn pathname(this: &Url) -> String;
}

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

/// Answers a request: `serve` is called for the function's routes alone, and its
/// error becomes problem+json.
///
/// # Errors
/// None that a caller could meet: a `Response` that cannot be built is a defect.
pub async fn run(
    function: &'static Function,
    request: web_sys::Request,
    serve: impl AsyncFnOnce(&Edge, &Incoming) -> Result<Answer>,
) -> std::result::Result<web_sys::Response, JsValue> {
    panic::watch();
    let started_ms = platform::now_ms();
    let headers = request.headers();
    let request_id = given_request_id(&headers).unwrap_or_else(|| RequestId(random_uuid()));
    let origin = header(&headers, "origin");
    let config = match config() {
        Ok(config) => config,
        Err(errors) => return misconfigured(function, &errors, request_id),
    };
    inject_fault(&headers);

    let edge = Edge::new(function, config, request_id);
    let method = request.method();
    let path = Url::new(&request.url())?.pathname();
    let path = function.path(&path).unwrap_or_default();
    let result = answer(&edge, request, &method, path, serve).await;
    let error = result.as_ref().err();
    let status = error.map_or_else(
        || result.as_ref().map_or(500, |answer| answer.status),
        |error| error.code().status(),
    );
    // An unknown path is a caller's text: it is not logged.
    let route = if function.allow(path).is_empty() { "" } else { path };
    log::request(&edge, &log::Outcome { method: &method, route, status, error, started_ms });
    if let Some(error) = error.filter(|error| error.is_fault()) {
        sentry::report(config, function.name, Some(request_id), error);
    }
    let answer = result.unwrap_or_else(|error| Answer::problem(&error, request_id));
    answer.into_response(Some(config), request_id, origin)
}

async fn answer(
    edge: &Edge,
    request: web_sys::Request,
    method: &str,
    path: &str,
    serve: impl AsyncFnOnce(&Edge, &Incoming) -> Result<Answer>,
) -> Result<Answer> {
    let allow = edge.function.allow(path);
    if allow.is_empty() {
        return Err(Error::new(Code::NotFound, "This function has no such route."));
    }
    if method == "OPTIONS" {
        return Ok(Answer::preflight(allow));
    }
    let route =
        edge.function.route(method, path).ok_or_else(|| Error::method_not_allowed(allow))?;
    serve(edge, &Incoming::new(request, route)).await
}

/// 500 for the caller; for operators the names of the variables, never the values.
fn misconfigured(
    function: &Function,
    errors: &[ConfigError],
    request_id: RequestId,
) -> std::result::Result<web_sys::Response, JsValue> {
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    log::error(function.name, &format!("configuration: {}", errors.join("; ")));
    Answer::problem(&Error::internal("configuration"), request_id)
        .into_response(None, request_id, None)
}

/// For the tests of panic recovery. Off unless `EDGE_FAULTS` is set, which no deployment does.
fn inject_fault(headers: &web_sys::Headers) {
    let asked = header(headers, "x-edge-fault").is_some_and(|fault| fault == "panic");
    let armed = || platform::env("EDGE_FAULTS").is_some_and(|faults| faults == "panic");
    assert!(!asked || !armed(), "a fault was asked for");
}
