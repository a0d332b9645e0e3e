//! The operations of this domain.

use super::{
    AnnounceRecording, AnnounceRecordingRequest, AnnounceRecordingResponse, OpenRecording,
    OpenRecordingResponse, ReceiveRecording, RecordRecording, Recording, RecordingRequest,
};
use crate::{
    error::Code,
    operation::{Body, Operation, Person, Step, operations},
};

const FUNCTION: &str = "session-recordings";

/// The refusals where Storage has no file, or another than was announced.
const FILE: Step = Step::of(&[Code::FileMissing, Code::FileTypeMismatch, Code::FileMismatch]);

operations! {
    /// Announces a recording.
    ANNOUNCE: Operation<Person, Body<AnnounceRecordingRequest>, AnnounceRecordingResponse> = Operation::new(FUNCTION, "/")
        .about(
            "Announce the recording of a session",
            "For its specialist, once both have consented (`conflict`), from its beginning until a week after its end. Answers \
             where the file is put, once, within two hours.",
        )
        .steps(&[Step::sql::<AnnounceRecording<'static>>()]);

    /// Takes one that was uploaded.
    COMPLETE: Operation<Person, Body<RecordingRequest>, Recording> = Operation::new(FUNCTION, "/complete")
        .about(
            "Complete a recording that was uploaded",
            "For its specialist: the file is copied and compared with what was announced, and then there for both. \
             `conflict`: one of the two has taken their consent back. `file_type_mismatch`, `file_mismatch`: it is another. \
             `rule_violation`: it was tried five times.",
        )
        .steps(&[Step::sql::<ReceiveRecording>(), FILE, Step::sql::<RecordRecording<'static>>()]);

    /// Opens one.
    OPEN: Operation<Person, Body<RecordingRequest>, OpenRecordingResponse> = Operation::new(FUNCTION, "/open")
        .about(
            "Open a recording",
            "For the two of its session: lets its file be downloaded for five minutes by whoever has the address. That it \
             was opened is written down, and both see it.",
        )
        .steps(&[Step::sql::<OpenRecording>()]);
}
