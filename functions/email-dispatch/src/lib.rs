//! `email-dispatch`: sends the mails that the outbox holds.
//!
//! For `pg_cron` and for functions that have just queued a mail, by
//! `CRON_SECRET_KEY`. Runs may overlap: each claims its own batches.

use evenkeel_core::outbox::{Stream, drain, operations};

evenkeel_edge::function! {
    operations::MAILS => |edge, _call| edge.monitored(drain(edge, Stream::Mail)),
}
