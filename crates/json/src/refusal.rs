//! Faults of a JSON text, and where they are.

use core::fmt::{self, Display};

use serde::de::{self, Expected, Unexpected};

/// The longest part of a pointer that is repeated to the caller, in characters.
const KEY_LIMIT: usize = 64;

/// Why a text was refused. One pointer wide: every step of the reader returns it.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal(Box<Reason>);

#[derive(Debug, PartialEq, Eq)]
struct Reason {
    fault: Fault,
    /// From the value outwards.
    path: Vec<Segment>,
}

/// The kinds of what can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The text is not UTF-8.
    Encoding,
    /// It is not JSON.
    Syntax {
        /// From which byte on.
        offset: usize,
    },
    /// A value is of another type.
    WrongType,
    /// A value is none of those that are allowed.
    InvalidValue,
    /// An object has a field that nobody knows.
    UnknownField,
    /// A field is missing.
    MissingField,
    /// A field occurs twice.
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
    fn new(fault: Fault) -> Self {
        Self(Box::new(Reason { fault, path: Vec::new() }))
    }

    pub(super) fn encoding() -> Self {
        Self::new(Fault::Encoding)
    }

    pub(super) fn syntax(offset: usize) -> Self {
        Self::new(Fault::Syntax { offset })
    }

    pub(super) fn wrong_type() -> Self {
        Self::new(Fault::WrongType)
    }

    /// Says what the value belongs to.
    pub(super) fn within(mut self, segment: Segment) -> Self {
        self.0.path.push(segment);
        self
    }

    /// The kind of fault.
    pub fn fault(&self) -> Fault {
        self.0.fault
    }

    /// Where, as a JSON pointer (RFC 6901); empty for the whole.
    pub fn pointer(&self) -> String {
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
        Self::new(Fault::InvalidValue)
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new(Fault::WrongType)
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new(Fault::InvalidValue)
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::new(Fault::InvalidValue)
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(Fault::InvalidValue)
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::new(Fault::UnknownField).within(Segment::Key(field.to_owned()))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Fault::MissingField).within(Segment::Key(field.to_owned()))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(Fault::DuplicateField).within(Segment::Key(field.to_owned()))
    }
}
