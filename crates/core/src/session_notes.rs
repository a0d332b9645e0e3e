//! The notes of a session: written and read here, kept by the database as something that it cannot read.
//!
//! Who may is decided by the database, as the person who asks. This seals what it is given to keep, and opens what
//! it hands over; the keys are this function's alone. docs/decisions/notes-are-sealed.md.

pub mod operations;
mod request;
mod seal;
mod sql;

use serde::{Deserialize, Serialize};

pub use self::{
    request::{ReadNoteRequest, WriteNoteRequest},
    seal::{KEYS, NoteKeys},
    sql::{ReadSessionNote, SealedNote, WriteSessionNote},
};
use crate::{
    access_token::AccessToken,
    date::Timestamp,
    error::{Error, Result},
    id::BookingId,
    json::Verbatim,
    ports::{Database, DatabaseError, Entropy, Environment},
};

/// How the notes of a session stand: the answer of `POST /session-notes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NoteState {
    /// Of which session.
    pub booking_id: BookingId,
    /// The latest version.
    pub version: u32,
    /// The one that the employee may read, if there is one.
    pub shared_version: Option<u32>,
    /// Since when.
    pub shared_at: Option<Timestamp>,
    /// When it was first handed to them.
    pub seen_at: Option<Timestamp>,
}

/// That there is a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NoteVersion {
    /// Its number, from 1.
    pub version: u32,
    /// When it was written.
    pub written_at: Timestamp,
}

/// A version that was opened: the answer of `POST /session-notes/read`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OpenedNote {
    /// What was written.
    pub text: String,
    /// The rest of it.
    #[serde(flatten)]
    pub details: NoteDetails,
}

/// What is told of a version beside its text.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NoteDetails {
    /// Of which session.
    pub booking_id: BookingId,
    /// Which version.
    pub version: u32,
    /// When it was written.
    pub written_at: Timestamp,
    /// Those that the caller can read, newest first.
    pub versions: Vec<NoteVersion>,
    /// The one that the employee may read, if there is one.
    pub shared_version: Option<u32>,
    /// Since when.
    pub shared_at: Option<Timestamp>,
    /// When it was first handed to them.
    pub seen_at: Option<Timestamp>,
}

/// Adds a version to the notes of a session.
///
/// # Errors
/// `invalid_request`, `unauthenticated`; `forbidden` for the employee, `not_found` for everybody else; `conflict` where
/// somebody wrote meanwhile; `rule_violation` of a session that was not booked, or where there are a hundred versions.
pub async fn write(
    ports: &(impl Database + Entropy + Environment),
    person: &AccessToken,
    request: &WriteNoteRequest,
) -> Result<Verbatim<NoteState>> {
    request.check()?;
    let keys = keys(ports)?;
    let p_sealed = keys.seal(ports, request.booking_id, request.version, request.text.expose())?;
    let function = WriteSessionNote {
        p_booking_id: request.booking_id,
        p_note_version: request.version,
        p_sealed: &p_sealed,
    };
    ports.call_as(person, &function).await.map_err(DatabaseError::for_caller)
}

/// Reads a version: its specialist any, its employee the one that was shared, which is marked as seen.
///
/// # Errors
/// `unauthenticated`, `not_found`.
pub async fn read(
    ports: &(impl Database + Environment),
    person: &AccessToken,
    request: &ReadNoteRequest,
) -> Result<Verbatim<OpenedNote>> {
    let keys = keys(ports)?;
    let function =
        ReadSessionNote { p_booking_id: request.booking_id, p_note_version: request.version };
    let note = ports.call_as(person, &function).await.map_err(DatabaseError::for_caller)?;
    let text = keys.open(note.booking_id, note.version, &note.sealed)?;
    let text = serde_json::to_string(&text).unwrap_or_default();
    // Put together as text: the rest is JSON already.
    let rest = note.note.as_str().strip_prefix('{').unwrap_or_default();
    Ok(Verbatim::new([r#"{"text":"#, &text, ",", rest].concat()))
}

/// Read with every request: an instance is asked a few times in its life.
fn keys(ports: &impl Environment) -> Result<NoteKeys> {
    let list = ports.variable(KEYS).unwrap_or_default();
    NoteKeys::parse(&list).map_err(|problem| Error::internal([KEYS, " ", problem].concat()))
}

#[cfg(test)]
mod tests;
