//! The operations of this domain.

use super::{
    DecideDocument, DecideRequest, DecideResponse, OpenRequest, OpenResponse, QueuePage,
    QueueRequest, RecordReviewedCopy, StartDocumentReview, VerificationQueue,
};
use crate::{
    error::Code,
    operation::{Body, Operation, Person, Query, Step, operations},
};

const FUNCTION: &str = "specialist-verify";

/// The refusals where Storage has no file, or another than was announced.
const FILE: Step = Step::of(&[Code::FileMissing, Code::FileTypeMismatch, Code::FileMismatch]);

operations! {
    /// Lists documents.
    QUEUE: Operation<Person, Query<QueueRequest>, QueuePage> = Operation::new(FUNCTION, "/queue")
        .about(
            "List documents of specialists",
            "For platform admins: documents whose file is there, oldest first. That somebody's document was listed \
             is written down.",
        )
        .steps(&[Step::sql::<VerificationQueue<'static>>()]);

    /// Opens a document.
    OPEN: Operation<Person, Body<OpenRequest>, OpenResponse> = Operation::new(FUNCTION, "/open")
        .about(
            "Open a document",
            "For platform admins: answers the document as it would be approved, and lets its file be downloaded for \
             five minutes by whoever has the address: a copy, made when it was first opened, that nothing uploaded \
             later changes. For an hour its specialist cannot replace it. That it was opened is written down. \
             `file_type_mismatch`: the file is of another type than announced; `file_mismatch`: it was changed since.",
        )
        .steps(&[
            Step::sql::<StartDocumentReview<'static>>(),
            FILE,
            Step::sql::<RecordReviewedCopy<'static>>(),
        ]);

    /// Approves or rejects one.
    DECIDE: Operation<Person, Body<DecideRequest>, DecideResponse> = Operation::new(FUNCTION, "/")
        .about(
            "Approve or reject a document",
            "For platform admins. To approve one, the caller has opened it within the hour; what is approved is the \
             copy that they were shown. A rejection has a reason, which the specialist is told. Who comes second \
             learns what was decided (`decision`). What is refused changes nothing.",
        )
        .steps(&[Step::sql::<DecideDocument<'static>>()]);
}
