//! JSON that is handed on and not looked into.

use core::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Visitor},
};

use super::refusal::Refusal;

/// The name by which the reader knows that it is asked for the text.
pub(super) const VERBATIM: &str = "evenkeel::Verbatim";

/// The JSON of a `T`, as it came: what is an answer already need not be
/// taken apart and put together again.
#[derive(Clone)]
pub struct Verbatim<T> {
    text: String,
    of: PhantomData<T>,
}

impl<T> Verbatim<T> {
    /// Of text that is the JSON of a `T`.
    pub fn new(text: String) -> Self {
        Self { text, of: PhantomData }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text, to keep.
    pub fn into_string(self) -> String {
        self.text
    }
}

impl<T: DeserializeOwned> Verbatim<T> {
    /// The value.
    ///
    /// # Errors
    /// The fault of a text that is not the JSON of a `T`.
    pub fn read(&self) -> Result<T, Refusal> {
        super::parse(self.text.as_bytes())
    }
}

impl<T> fmt::Debug for Verbatim<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl<'de, T> Deserialize<'de> for Verbatim<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(VERBATIM, Text(PhantomData))
    }
}

struct Text<T>(PhantomData<T>);

impl<T> Visitor<'_> for Text<T> {
    type Value = Verbatim<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Verbatim::new(text.to_owned()))
    }
}
