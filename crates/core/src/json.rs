//! Request bodies: strict JSON in, or a 400 that says where.

use serde::de::DeserializeOwned;

use crate::error::{Code, Error, Result};

/// Parses a body whose type refuses unknown fields.
///
/// # Errors
/// `invalid_request`, with the place and the reason. serde's message names
/// fields and types, and could quote a value: a quoted value is left out.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    if core::str::from_utf8(body).is_err() {
        return Err(Error::new(Code::InvalidRequest, "The body is not valid UTF-8."));
    }
    // serde would take an array for a struct, field by field.
    if body.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        return Err(Error::new(Code::InvalidRequest, "The body is not a JSON object."));
    }
    serde_json::from_slice(body).map_err(|error| refusal(&error))
}

fn refusal(error: &serde_json::Error) -> Error {
    let message = error.to_string();
    if let Some(field) = quoted_after(&message, "unknown field `") {
        return Error::field(pointer(field), "unknown_field", "This field is not known.");
    }
    if let Some(field) = quoted_after(&message, "missing field `") {
        return Error::field(pointer(field), "missing_field", "This field is required.");
    }
    if let Some(field) = quoted_after(&message, "duplicate field `") {
        return Error::field(pointer(field), "duplicate_field", "This field occurs twice.");
    }
    let kind =
        if error.is_data() { "A value has the wrong type" } else { "The body is not valid JSON" };
    Error::new(
        Code::InvalidRequest,
        format!("{kind}, at line {} column {}.", error.line(), error.column()),
    )
}

fn quoted_after<'m>(message: &'m str, prefix: &str) -> Option<&'m str> {
    let (field, _) = message.strip_prefix(prefix)?.split_once('`')?;
    Some(field)
}

/// A JSON pointer to a top-level field (RFC 6901, section 3).
fn pointer(field: &str) -> String {
    let field: String = field.chars().take(64).collect();
    format!("/{}", field.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        #[allow(dead_code, reason = "only parsing is under test")]
        token: String,
    }

    fn refused(body: &[u8]) -> String {
        let error = parse::<Body>(body).unwrap_err();
        let problem = error.problem(crate::id::RequestId(uuid::Uuid::nil()));
        let field =
            problem.errors.first().map(|field| format!(" {} {}", field.pointer, field.code));
        format!("{}{}", problem.detail, field.unwrap_or_default())
    }

    #[test]
    fn a_refusal_says_where_and_why() {
        let cases: [(&[u8], &str); 10] = [
            (b"", "The body is not valid JSON, at line 1 column 0."),
            (b"{", "The body is not valid JSON, at line 1 column 1."),
            (b"{\"token\":\"a\"} x", "The body is not valid JSON, at line 1 column 15."),
            (b"\xff", "The body is not valid UTF-8."),
            (b" [\"a\"]", "The body is not a JSON object."),
            (b"null", "The body is not a JSON object."),
            (b"{}", "This field is required. /token missing_field"),
            (b"{\"token\":1}", "A value has the wrong type, at line 1 column 10."),
            (b"{\"token\":\"a\",\"x/y\":1}", "This field is not known. /x~1y unknown_field"),
            (
                b"{\"token\":\"a\",\"token\":\"b\"}",
                "This field occurs twice. /token duplicate_field",
            ),
        ];
        for (body, expected) in cases {
            assert_eq!(refused(body), expected, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn a_refusal_never_quotes_a_value() {
        assert!(!refused(br#"{"token":["hunter2"]}"#).contains("hunter2"));
    }
}
