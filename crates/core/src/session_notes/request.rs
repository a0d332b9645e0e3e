//! The requests of callers.

use serde::Deserialize;

use crate::{
    error::{Error, Result},
    id::BookingId,
    secret::SecretString,
};

/// The most characters of a version, and bytes of it as UTF-8: three for each.
const MOST_CHARACTERS: usize = 5_000;
const MOST_BYTES: usize = 15_000;
/// The most versions of a note.
const MOST_VERSIONS: u32 = 100;

/// Body of `POST /session-notes`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WriteNoteRequest {
    /// Of which session.
    pub booking_id: BookingId,
    /// Which version it becomes: one more than the latest that was read, 1 for the first.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
    pub version: u32,
    /// What is written: up to 5,000 characters, or 15,000 bytes. Kept sealed.
    #[cfg_attr(
        feature = "schema",
        schemars(
            with = "String",
            length(min = 1, max = 5_000),
            // Neither a control character nor nothing but spaces.
            regex(pattern = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x08\x0b-\x1f\x7f-\x9f]*$")
        )
    )]
    pub text: SecretString,
}

impl WriteNoteRequest {
    pub(super) fn check(&self) -> Result<()> {
        let text = self.text.expose();
        let is_unwanted = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        let refused = if !(1..=MOST_VERSIONS).contains(&self.version) {
            ("/version", "invalid_value", "Notes have versions 1 to 100.")
        } else if text.trim().is_empty()
            || text.len() > MOST_BYTES
            || text.chars().count() > MOST_CHARACTERS
        {
            ("/text", "invalid_length", "Notes have 1 to 5,000 characters.")
        } else if text.chars().any(is_unwanted) {
            ("/text", "invalid_value", "Notes are text, with line breaks and tabs alone.")
        } else {
            return Ok(());
        };
        Err(Error::field(refused.0, refused.1, refused.2))
    }
}

/// Body of `POST /session-notes/read`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadNoteRequest {
    /// Of which session.
    pub booking_id: BookingId,
    /// Which version: without it the specialist gets the latest, the employee the one that is shared.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
    pub version: Option<u32>,
}
