//! One line for each request: ids and figures, never addresses, tokens or bodies.

use evenkeel_core::Error;
use serde::Serialize;

use crate::{edge::Edge, platform};

#[derive(Serialize)]
struct Line<'a> {
    level: &'static str,
    function: &'a str,
    request_id: String,
    method: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'static str>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    duration_ms: u32,
    upstream_calls: u32,
    upstream_ms: u32,
}

/// A request and its outcome.
pub(crate) struct Outcome<'a> {
    pub(crate) method: String,
    /// `None` where there is no such route: an unknown path is a caller's text.
    pub(crate) route: Option<&'static str>,
    pub(crate) status: u16,
    pub(crate) error: Option<&'a Error>,
    pub(crate) started_ms: f64,
}

pub(crate) fn request(edge: &Edge, outcome: &Outcome<'_>) {
    write(&Line {
        level: match outcome.status {
            500.. => "error",
            400.. => "warn",
            _ => "info",
        },
        function: edge.function,
        request_id: edge.request_id.to_string(),
        method: &outcome.method,
        route: outcome.route,
        status: outcome.status,
        code: outcome.error.map(|error| error.code().as_str()),
        cause: outcome.error.and_then(Error::cause),
        duration_ms: platform::since_ms(outcome.started_ms),
        upstream_calls: edge.upstream_calls.get(),
        upstream_ms: edge.upstream_ms.get(),
    });
}

#[derive(Serialize)]
struct Notice<'a> {
    level: &'static str,
    function: &'a str,
    message: &'a str,
}

/// Something that belongs to no request.
pub(crate) fn error(function: &str, message: &str) {
    write(&Notice { level: "error", function, message });
}

fn write(line: &impl Serialize) {
    if let Ok(line) = serde_json::to_string(line) {
        platform::console_log(&line);
    }
}
