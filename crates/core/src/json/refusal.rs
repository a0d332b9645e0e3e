//! What is wrong with a JSON text, and where.

use core::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

use crate::error::{Code, Error};

/// The longest part of a pointer that is repeated to the caller, in characters.
const KEY_LIMIT: usize = 64;

/// Why a text was refused. One pointer wide: every step of the reader returns it.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal(Box<Reason>);

#[derive(Debug, PartialEq, Eq)]
struct Reason {
    kind: Kind,
    /// From the value outwards.
    path: Vec<Segment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Encoding,
    Syntax { offset: usize },
    WrongType,
    InvalidValue,
    UnknownField,
    MissingField,
    DuplicateField,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Key(String),
    Index(usize),
}

impl Refusal {
    #[cold]
    #[inline(never)]
    fn new(kind: Kind) -> Self {
        Self(Box::new(Reason { kind, path: Vec::new() }))
    }

    pub(super) fn encoding() -> Self {
        Self::new(Kind::Encoding)
    }

    pub(super) fn syntax(offset: usize) -> Self {
        Self::new(Kind::Syntax { offset })
    }

    pub(super) fn wrong_type() -> Self {
        Self::new(Kind::WrongType)
    }

    /// Says what the value belongs to.
    pub(super) fn within(mut self, segment: Segment) -> Self {
        self.0.path.push(segment);
        self
    }

    /// RFC 6901.
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for segment in self.0.path.iter().rev() {
            pointer.push('/');
            match segment {
                Segment::Index(index) => pointer.push_str(&index.to_string()),
                Segment::Key(key) => {
                    for character in key.chars().take(KEY_LIMIT) {
                        match character {
                            '~' => pointer.push_str("~0"),
                            '/' => pointer.push_str("~1"),
                            character => pointer.push(character),
                        }
                    }
                }
            }
        }
        pointer
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let (code, detail) = match refusal.0.kind {
            Kind::Encoding => {
                return Self::new(Code::InvalidRequest, "The body is not valid UTF-8.");
            }
            Kind::Syntax { offset } => {
                let detail = format!("The body is not valid JSON, at byte {offset}.");
                return Self::new(Code::InvalidRequest, detail);
            }
            Kind::WrongType if refusal.0.path.is_empty() => {
                return Self::new(Code::InvalidRequest, "The body is not a JSON object.");
            }
            Kind::WrongType => ("wrong_type", "This value has the wrong type."),
            Kind::InvalidValue => {
                ("invalid_value", "This value is not one of those that are allowed.")
            }
            Kind::UnknownField => ("unknown_field", "This field is not known."),
            Kind::MissingField => ("missing_field", "This field is required."),
            Kind::DuplicateField => ("duplicate_field", "This field occurs twice."),
        };
        Self::field(refusal.pointer(), code, detail)
    }
}

impl Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not the JSON that was expected")
    }
}

impl core::error::Error for Refusal {}

/// serde hands over what it would print; none of it is printed, since it could
/// quote a value.
impl de::Error for Refusal {
    fn custom<T: Display>(_: T) -> Self {
        Self::new(Kind::InvalidValue)
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new(Kind::WrongType)
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new(Kind::InvalidValue)
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::new(Kind::InvalidValue)
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(Kind::InvalidValue)
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::new(Kind::UnknownField).within(Segment::Key(field.to_owned()))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Kind::MissingField).within(Segment::Key(field.to_owned()))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(Kind::DuplicateField).within(Segment::Key(field.to_owned()))
    }
}
