//! HTTP by the host's `fetch`, with a deadline and without redirects.

use evenkeel_core::ports::{HttpRequest, HttpResponse, TransportError};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// What the host answers: everything in one promise.
    type Reply;

    #[wasm_bindgen(method, getter)]
    fn status(this: &Reply) -> u16;

    /// Values of the wanted headers, a line each, empty where there is none.
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Reply) -> String;

    #[wasm_bindgen(method, getter)]
    fn body(this: &Reply) -> Vec<u8>;

    /// Rejects with `timeout`, `too_large`, or the name of another failure.
    #[wasm_bindgen(js_namespace = __edge, js_name = fetch)]
    fn host_fetch(
        method: &str,
        url: &str,
        headers: &str,
        body: Option<&[u8]>,
        timeout_ms: u32,
        wanted_headers: &str,
        answer_limit: usize,
    ) -> js_sys::Promise;
}

/// Sends a request and reads the whole answer.
pub(crate) async fn send(request: &HttpRequest) -> Result<HttpResponse, TransportError> {
    let promise = host_fetch(
        request.method.as_str(),
        &request.url,
        &lines(&request.headers),
        request.body.as_deref(),
        request.timeout_ms,
        &request.wanted_headers.join("\n"),
        request.answer_limit,
    );
    let reply = JsFuture::from(promise).await.map_err(|error| failure(&error))?;
    let reply: Reply = reply.unchecked_into();
    let values = reply.headers();
    let headers = request.wanted_headers.iter().copied().zip(values.lines().map(str::to_owned));
    Ok(HttpResponse {
        status: reply.status(),
        headers: headers.filter(|(_, value)| !value.is_empty()).collect(),
        body: reply.body(),
    })
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

fn failure(error: &JsValue) -> TransportError {
    match error.as_string().as_deref() {
        Some("timeout") => TransportError::Timeout,
        Some("too_large") => TransportError::TooLarge,
        name => TransportError::Unreachable(name.unwrap_or("unknown").to_owned()),
    }
}
