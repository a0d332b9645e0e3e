//! HTTP by the host's `fetch`, with a deadline and without redirects.

use evenkeel_core::ports::{HttpRequest, HttpResponse, TransportError};
use wasm_bindgen::prelude::*;

use crate::task::{Effect, Reply};

#[wasm_bindgen]
extern "C" {
    /// Resumes with the answer, or with status 0 and `timeout`, `too_large`, or
    /// the name of another failure.
    #[wasm_bindgen(js_namespace = __edge, js_name = fetch)]
    fn host_fetch(
        effect: u32,
        method: &str,
        url: &str,
        headers: &str,
        body: Option<&[u8]>,
        timeout_ms: u32,
        wanted_headers: &str,
        answer_limit: usize,
    );
}

/// Sends a request and reads the whole answer.
pub(crate) async fn send(request: &HttpRequest) -> Result<HttpResponse, TransportError> {
    let effect = Effect::start(|effect| {
        host_fetch(
            effect,
            request.method.as_str(),
            &request.url,
            &lines(&request.headers),
            request.body.as_deref(),
            request.timeout_ms,
            &request.wanted_headers.join("\n"),
            request.answer_limit,
        );
    });
    match effect.await {
        Reply { status: 0, text, .. } => Err(failure(text)),
        Reply { status, text, body } => {
            let values = text.lines().map(str::to_owned);
            let headers = request.wanted_headers.iter().copied().zip(values);
            let headers = headers.filter(|(_, value)| !value.is_empty()).collect();
            Ok(HttpResponse { status, headers, body })
        }
    }
}

fn lines(headers: &[(&'static str, String)]) -> String {
    let mut lines = String::new();
    for (name, value) in headers {
        for part in [name, ":", value.as_str(), "\n"] {
            lines.push_str(part);
        }
    }
    lines
}

fn failure(name: String) -> TransportError {
    match name.as_str() {
        "timeout" => TransportError::Timeout,
        "too_large" => TransportError::TooLarge,
        _ => TransportError::Unreachable(name),
    }
}
