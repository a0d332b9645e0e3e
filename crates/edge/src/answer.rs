//! Answers.

use evenkeel_core::{Error, id::RequestId};

/// An answer of a function: what differs from one to the next. The headers that
/// every answer carries, also one of a lost instance, are the host's.
#[derive(Debug)]
pub struct Answer {
    pub(crate) status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Answer {
    /// The answer of an operation.
    pub(crate) fn json(status: u16, body: String) -> Self {
        Self { status, headers: vec![("content-type", "application/json".to_owned())], body }
    }

    /// Another address, for a browser.
    pub(crate) fn redirect(status: u16, location: String) -> Self {
        Self { status, headers: vec![("location", location)], body: String::new() }
    }

    /// The answer to `OPTIONS`: what a browser may do with this path. What it may send with it is
    /// the same for all, and the host's to add.
    pub(crate) fn preflight(allow: String) -> Self {
        let headers = vec![("access-control-allow-methods", allow)];
        Self { status: 204, headers, body: String::new() }
    }

    /// An error, as RFC 9457 has it.
    pub(crate) fn problem(error: &Error, request_id: RequestId) -> Self {
        let mut headers = vec![("content-type", "application/problem+json".to_owned())];
        if let Some(seconds) = error.retry_after_seconds() {
            headers.push(("retry-after", seconds.to_string()));
        }
        if let Some(allow) = error.allow() {
            headers.push(("allow", allow.to_owned()));
        }
        Self { status: error.code().status(), headers, body: error.body(request_id) }
    }

    /// The text that crosses to the host: the status, header lines, an empty
    /// line, the body.
    pub(crate) fn into_message(self) -> String {
        let mut message = self.status.to_string();
        for (name, value) in &self.headers {
            for part in ["\n", name, ":", value] {
                message.push_str(part);
            }
        }
        message.push_str("\n\n");
        message.push_str(&self.body);
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_crosses_as_status_headers_and_body() {
        let error = Error::method_not_allowed("POST, OPTIONS".to_owned());
        let message = Answer::problem(&error, RequestId(uuid::Uuid::nil())).into_message();
        assert_eq!(message, include_str!("../../../tests/wasm/protocol/answer.txt"));
        let message = Answer::json(200, "[1,2]".to_owned()).into_message();
        assert_eq!(message, "200\ncontent-type:application/json\n\n[1,2]");
    }
}
