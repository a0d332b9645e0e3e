//! The SQL functions of this domain.

use serde::{Deserialize, Serialize};

use crate::{date::Instant, ports::SqlFunction};

/// Writes down what became of a mail.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct RecordEmailEvent<'a> {
    pub p_event_id: &'a str,
    pub p_mail_id: i64,
    pub p_state: EmailState,
    pub p_bounce: Option<Bounce>,
    pub p_message_id: Option<String>,
    pub p_occurred_at: Option<Instant>,
}

impl SqlFunction for RecordEmailEvent<'_> {
    const NAME: &'static str = "record_email_event";
    type Output = Recorded;
}

/// The states of a mail that was handed over. What comes later in this list stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EmailState {
    /// Taken by Resend.
    Sent,
    /// The recipient's server wants it later.
    Delayed,
    /// Taken by the recipient's server.
    Delivered,
    /// Kept back by Resend, whose own list has the address.
    Suppressed,
    /// Not sent, for a reason of Resend's or the account's.
    Failed,
    /// Refused by the recipient's server.
    Bounced,
    /// The recipient said that it is spam.
    Complained,
}

/// For how long a server refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bounce {
    /// For good.
    Hard,
    /// Perhaps not the next time.
    Soft,
}

/// The answer about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// What became of it.
    pub outcome: RecordOutcome,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordOutcome {
    /// It was written down.
    Recorded,
    /// It had been before.
    Repeated,
    /// There is no such mail.
    Unknown,
}
