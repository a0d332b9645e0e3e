//! Answers.

use evenkeel_core::{Error, id::RequestId, operation::Version};

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

    /// A document, which whoever asks may keep, and asks about each time.
    pub(crate) fn document(status: u16, version: Version, body: String) -> Self {
        let Version { media_type, tag, is_known } = version;
        let mut headers = vec![("etag", tag), ("cache-control", "private, no-cache".to_owned())];
        if is_known {
            return Self { status: 304, headers, body };
        }
        headers.push(("content-type", media_type.to_owned()));
        Self { status, headers, body }
    }

    /// The same without its body, for whoever asks for the head.
    pub(crate) fn head(self) -> Self {
        Self { body: String::new(), ..self }
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

    #[test]
    fn a_document_is_kept_by_nobody_else_and_not_sent_to_whoever_has_it() {
        let version =
            |is_known| Version { media_type: "text/x", tag: "\"1\"".to_owned(), is_known };
        let kept = "etag:\"1\"\ncache-control:private, no-cache\n";
        let message = |is_known, body: &str| {
            Answer::document(200, version(is_known), body.to_owned()).into_message()
        };
        assert_eq!(message(false, "a"), ["200\n", kept, "content-type:text/x\n\na"].concat());
        assert_eq!(message(true, ""), ["304\n", kept, "\n"].concat());
        let head = Answer::document(200, version(false), "a".to_owned()).head().into_message();
        assert_eq!(head, message(false, ""));
    }
}
