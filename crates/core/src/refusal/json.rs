//! Faults of the body of a request.

use crate::{
    error::{Code, Error, Result},
    json::{self, Fault, Refusal},
};

/// Parses the body of a request.
///
/// # Errors
/// `invalid_request`, with a pointer to the field and what is wrong with it. No
/// value is ever quoted.
pub fn parse_request<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T> {
    Ok(json::parse(body)?)
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let pointer = refusal.pointer();
        let (code, detail) = match refusal.fault() {
            Fault::Encoding => {
                return Self::new(Code::InvalidRequest, "The body is not valid UTF-8.");
            }
            Fault::Syntax { offset } => {
                let detail = format!("The body is not valid JSON, at byte {offset}.");
                return Self::new(Code::InvalidRequest, detail);
            }
            Fault::WrongType if pointer.is_empty() => {
                return Self::new(Code::InvalidRequest, "The body is not a JSON object.");
            }
            Fault::WrongType => ("wrong_type", "This value has the wrong type."),
            Fault::InvalidValue => {
                ("invalid_value", "This value is not one of those that are allowed.")
            }
            Fault::UnknownField => ("unknown_field", "This field is not known."),
            Fault::MissingField => ("missing_field", "This field is required."),
            Fault::DuplicateField => ("duplicate_field", "This field occurs twice."),
        };
        Self::field(pointer, code, detail)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::id::RequestId;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only parsing is under test")]
    struct Body {
        token: String,
        age: Option<u8>,
    }

    #[test]
    fn a_refusal_is_of_a_field_or_of_the_whole() {
        let cases: [(&[u8], &str, &str); 9] = [
            (b"{", "", "The body is not valid JSON, at byte 1."),
            (b"\xff", "", "The body is not valid UTF-8."),
            (b"[1]", "", "The body is not a JSON object."),
            (b"{}", "/token missing_field", "This field is required."),
            (br#"{"token":["hunter2"]}"#, "/token wrong_type", "This value has the wrong type."),
            (br#"{"token":"a","x/y~":1}"#, "/x~1y~0 unknown_field", "This field is not known."),
            (br#"{"token":"a","token":"b"}"#, "/token duplicate_field", "This field occurs twice."),
            (
                br#"{"token":"a","age":256}"#,
                "/age invalid_value",
                "This value is not one of those that are allowed.",
            ),
            (br#"{"token":"a","age":1.5}"#, "/age wrong_type", "This value has the wrong type."),
        ];
        for (body, field, detail) in cases {
            let error = parse_request::<Body>(body).unwrap_err();
            assert_eq!((error.code(), error.detail()), (Code::InvalidRequest, detail));
            let problem = error.problem(RequestId(uuid::Uuid::nil()));
            let of_field = |field: &crate::FieldError| [&*field.pointer, field.code].join(" ");
            let found = problem.errors.first().map(of_field).unwrap_or_default();
            assert_eq!(found, field, "{}", String::from_utf8_lossy(body));
        }
    }
}
