//! The operations of this domain.

use super::{
    NoteState, OpenedNote, ReadNoteRequest, ReadSessionNote, WriteNoteRequest, WriteSessionNote,
};
use crate::operation::{Body, Operation, Person, Step, operations};

const FUNCTION: &str = "session-notes";

operations! {
    /// Adds a version.
    WRITE: Operation<Person, Body<WriteNoteRequest>, NoteState> = Operation::new(FUNCTION, "/")
        .about(
            "Write notes of a session",
            "For its specialist, while verified. Each is a version of its own, and all are kept; the employee sees none \
             until `share_session_note()` shows them one. `conflict`: the notes were changed since they were read. \
             `rule_violation`: the session is not booked and did not take place, or there are a hundred versions.",
        )
        .steps(&[Step::sql::<WriteSessionNote<'static>>()]);

    /// Reads one.
    READ: Operation<Person, Body<ReadNoteRequest>, OpenedNote> = Operation::new(FUNCTION, "/read")
        .about(
            "Read notes of a session",
            "For its specialist any version, for its employee the one that was shared, which is marked as seen. \
             `not_found`: there are no such notes for the caller.",
        )
        .steps(&[Step::sql::<ReadSessionNote>()]);
}
