//! The operations of this domain.

use super::{DispatchReport, DispatchRequest};
use crate::operation::{Body, Cron, Operation, operations};

/// One run.
type Dispatch = Operation<Cron, Body<DispatchRequest>, DispatchReport>;

operations! {
    /// Sends reminders.
    REMINDERS: Dispatch = Operation::new("booking-reminders-dispatch", "/").about(
        "Send the reminders that are due",
        "One run of the reminder queue. Runs may overlap.",
    );

    /// Sends all other mails.
    MAILS: Dispatch = Operation::new("email-dispatch", "/")
        .about("Send the mails that are due", "One run of the mail queue. Runs may overlap.");
}
