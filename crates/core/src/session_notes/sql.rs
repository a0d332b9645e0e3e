//! The SQL functions of this domain.

use serde::{Deserialize, Serialize};

use super::{NoteDetails, NoteState};
use crate::{error::Code, id::BookingId, json::Verbatim, ports::SqlFunction};

/// Adds a version, as its specialist.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct WriteSessionNote<'a> {
    pub p_booking_id: BookingId,
    pub p_note_version: u32,
    pub p_sealed: &'a str,
}

impl SqlFunction for WriteSessionNote<'_> {
    const NAME: &'static str = "write_session_note";
    type Output = Verbatim<NoteState>;
    const REFUSES: &'static [Code] = &[
        Code::InvalidRequest,
        Code::Unauthenticated,
        Code::Forbidden,
        Code::NotFound,
        Code::Conflict,
        Code::RuleViolation,
        Code::RateLimited,
    ];
}

/// Hands a version over, as its specialist or employee.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct ReadSessionNote {
    pub p_booking_id: BookingId,
    pub p_note_version: Option<u32>,
}

impl SqlFunction for ReadSessionNote {
    const NAME: &'static str = "read_session_note";
    type Output = SealedNote;
    const REFUSES: &'static [Code] = &[Code::Unauthenticated, Code::NotFound];
}

/// A version as the database has it.
#[derive(Debug, Deserialize)]
pub struct SealedNote {
    /// Of which session.
    pub booking_id: BookingId,
    /// Which version.
    pub version: u32,
    /// What was written, as [`super::NoteKeys`] seals it.
    pub sealed: String,
    /// What else is answered.
    pub note: Verbatim<NoteDetails>,
}
