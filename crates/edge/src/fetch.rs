//! HTTP by the host's `fetch`, with a deadline and without redirects.

use evenkeel_core::ports::{HttpRequest, HttpResponse, TransportError};
use wasm_bindgen::prelude::*;

use crate::task::{Effect, Reply};

#[wasm_bindgen]
extern "C" {
    /// Resumes with the answer, or with status 0 and `timeout`, `too_large`, or
    /// the name of another failure. The head is `METHOD URL` and header lines.
    #[wasm_bindgen(js_namespace = __edge, js_name = fetch)]
    fn host_fetch(
        effect: u32,
        head: &str,
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
            &head(request),
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

/// One string, since each that crosses costs more than its bytes.
fn head(request: &HttpRequest) -> String {
    let mut head = [request.method.as_str(), " ", request.url.as_str(), "\n"].concat();
    for (name, value) in &request.headers {
        for part in [name, ":", value.as_str(), "\n"] {
            head.push_str(part);
        }
    }
    head
}

fn failure(name: String) -> TransportError {
    match name.as_str() {
        "timeout" => TransportError::Timeout,
        "too_large" => TransportError::TooLarge,
        _ => TransportError::Unreachable(name),
    }
}
