//! `booking-reminders-dispatch`: sends the reminders that are due.
//!
//! For `pg_cron`, by `CRON_SECRET_KEY`. Runs may overlap: each claims
//! its own batches.

use evenkeel_core::outbox::{Stream, drain, operations};

evenkeel_edge::function! {
    operations::REMINDERS => |edge, _call| edge.monitored(drain(edge, Stream::Reminder)),
}
