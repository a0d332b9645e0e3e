//! `email-webhook`: hears from Resend what became of the mails that it took.
//!
//! For Resend, by the signature of its requests with a secret of `EMAIL_WEBHOOK_SECRETS`.

use evenkeel_core::email_events::{operations, record};

evenkeel_edge::function! {
    operations::EVENT => |edge, call| record(edge, call.message_id()?, &call.request),
}
