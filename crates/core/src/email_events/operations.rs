//! The operations of this domain.

use super::{EmailEvent, EmailEventResponse, RecordEmailEvent};
use crate::operation::{Body, Operation, Resend, Signed, Step, operations};

operations! {
    /// Takes an event.
    EVENT: Operation<Signed<Resend>, Body<EmailEvent>, EmailEventResponse> =
        Operation::new("email-webhook", "/")
            .about(
                "Be told what became of a mail",
                "Called by Resend, with a signature as Standard Webhooks have it. An event is written down once, by its \
                 id; in whatever order events come, the mail ends in the same state. What is not about a mail of this \
                 project is ignored.",
            )
            .steps(&[Step::sql::<RecordEmailEvent<'_>>()]);
}
