//! JSON in: strict, and with a place for everything that is wrong.
//!
//! serde's derive does the typing; the reader under it is ours and not
//! `serde_json`'s, for two reasons. It knows where it is, so that a refusal
//! points at the very field, however deep (`serde_json` gives line and column).
//! And its errors are values instead of formatted text, which takes 40 KB off
//! every module (`docs/decisions/0003-serialisation.md`). Whatever `serde_json` takes it
//! takes, and the tests hold the two against each other.

#![cfg_attr(test, allow(clippy::indexing_slicing, reason = "a test may fail by panicking"))]

mod reader;
mod refusal;
mod string;
mod verbatim;

use serde::de::DeserializeOwned;

use self::reader::Reader;
pub use self::{
    refusal::{Fault, Refusal},
    string::{Escaped, write_escaped, write_string},
    verbatim::Verbatim,
};

/// Parses a text, whole.
///
/// # Errors
/// The first thing that is wrong. No value is ever quoted.
pub fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Refusal> {
    let mut reader = Reader::new(text)?;
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

#[cfg(test)]
mod tests;
