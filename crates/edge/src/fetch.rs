//! HTTP by the host's `fetch`, with a deadline and without redirects.

use evenkeel_core::ports::{HttpRequest, HttpResponse, REFUSAL_LIMIT, TransportError};
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

    /// The same without reading the body: that is a stream by the number of the effect.
    #[wasm_bindgen(js_namespace = __edge, js_name = open)]
    fn host_open(
        effect: u32,
        head: &str,
        body: Option<&[u8]>,
        timeout_ms: u32,
        wanted_headers: &str,
    );

    /// Resumes with the next piece of a stream; an empty one is its end.
    #[wasm_bindgen(js_namespace = __edge, js_name = read)]
    fn host_read(effect: u32, stream: u32);

    /// Lets go of a stream, wherever it is.
    #[wasm_bindgen(js_namespace = __edge, js_name = close)]
    fn host_close(stream: u32);
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
        Reply { status: 0, text, .. } => Err(failure(&text)),
        Reply { status, text, body } => {
            Ok(HttpResponse { status, headers: wanted(request, &text), body })
        }
    }
}

/// Sends a request and hands the body of a success on, piece by piece.
pub(crate) async fn receive(
    request: &HttpRequest,
    take: &mut dyn FnMut(&[u8]),
) -> Result<HttpResponse, TransportError> {
    let mut stream = Stream(0);
    let opened = Effect::start(|effect| {
        stream = Stream(effect);
        let (head, body) = (head(request), request.body.as_deref());
        host_open(effect, &head, body, request.timeout_ms, &request.wanted_headers.join("\n"));
    });
    let Reply { status, text, .. } = opened.await;
    if status == 0 {
        return Err(failure(&text));
    }
    let mut response = HttpResponse { status, headers: wanted(request, &text), body: Vec::new() };
    let success = response.is_success();
    let mut length = 0;
    loop {
        let piece = Effect::start(|effect| host_read(effect, stream.0)).await;
        length += piece.body.len();
        if piece.status == 0 {
            return Err(failure(&piece.text));
        } else if success && length > request.answer_limit {
            return Err(TransportError::TooLarge);
        } else if piece.body.is_empty() || !success && length > REFUSAL_LIMIT {
            return Ok(response);
        } else if success {
            take(&piece.body);
        } else {
            response.body.extend(piece.body);
        }
    }
}

struct Stream(u32);

impl Drop for Stream {
    fn drop(&mut self) {
        host_close(self.0);
    }
}

/// Of lines of values, those of the wanted headers that were there.
fn wanted(request: &HttpRequest, lines: &str) -> Vec<(&'static str, String)> {
    let values = lines.lines().map(str::to_owned);
    let headers = request.wanted_headers.iter().copied().zip(values);
    headers.filter(|(_, value)| !value.is_empty()).collect()
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

fn failure(name: &str) -> TransportError {
    match name {
        "timeout" => TransportError::Timeout,
        "too_large" => TransportError::TooLarge,
        _ => TransportError::Unreachable(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use evenkeel_core::ports::HttpMethod;

    use super::*;

    const WANTED: [&str; 3] = ["ratelimit-remaining", "retry-after", "ratelimit-reset"];

    fn request() -> HttpRequest {
        HttpRequest {
            method: HttpMethod::Post,
            upstream: "mailer",
            url: "https://api.example/emails?a=b:c".to_owned(),
            headers: vec![
                ("authorization", "Bearer a:b".to_owned()),
                ("content-type", "application/json".to_owned()),
            ],
            body: None,
            timeout_ms: 1_000,
            wanted_headers: &WANTED,
            answer_limit: 64,
        }
    }

    #[test]
    fn a_call_is_written_as_the_host_reads_it_and_read_as_it_answers() {
        let request = request();
        assert_eq!(head(&request), include_str!("../../../tests/wasm/protocol/upstream-head.txt"));
        let names = include_str!("../../../tests/wasm/protocol/wanted-names.txt");
        assert_eq!(request.wanted_headers.join("\n"), names);
        let values = include_str!("../../../tests/wasm/protocol/wanted-values.txt");
        let found = wanted(&request, values);
        let expected =
            [("ratelimit-remaining", "4".to_owned()), ("ratelimit-reset", "1".to_owned())];
        assert_eq!(found, expected);
    }
}
