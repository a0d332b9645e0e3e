//! Resend, as far as the outbox needs it.

use serde::Serialize;

use crate::{id::BatchId, json::Escaped};

/// A rendered mail, in the fields of Resend's `POST /emails`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// The sender.
    pub from: String,
    /// The recipients: always one.
    pub to: [String; 1],
    /// The subject.
    pub subject: String,
    /// The HTML part.
    pub html: Escaped,
    /// The plain-text part.
    pub text: Escaped,
    /// By which it can be refused, if it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headers: Option<OneClickHeaders>,
    /// Which come back with what Resend tells of the mail.
    pub tags: Vec<Tag>,
    /// A file that comes with it. A mail that has one goes alone: Resend takes none in a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<[Attachment; 1]>,
}

/// A file of a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// Its name.
    pub filename: &'static str,
    /// Its bytes, in Base64.
    pub content: String,
    /// Its media type, with parameters.
    pub content_type: String,
}

/// The headers by which a mail program offers to unsubscribe (RFC 8058).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OneClickHeaders {
    #[serde(rename = "List-Unsubscribe")]
    pub(crate) link: String,
    #[serde(rename = "List-Unsubscribe-Post")]
    pub(crate) post: &'static str,
}

impl OneClickHeaders {
    /// Those for an address that is posted to.
    pub fn new(url: &str) -> Self {
        Self { link: ["<", url, ">"].concat(), post: "List-Unsubscribe=One-Click" }
    }
}

/// A tag of a mail: letters, digits, `_` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "the fields of Resend")]
pub struct Tag {
    pub name: &'static str,
    pub value: String,
}

/// A service that delivers mail.
pub trait Mailer {
    /// Hands over a batch of 1 to 100 mails, all or none, under an idempotency
    /// key: the same batch may be handed over again for 24 hours and is sent once. One that is
    /// shared is handed over as several mails are, also when a single one is left of it.
    async fn send(&self, key: BatchId, mails: &[Mail], shared: bool) -> Delivery;
}

/// The outcome of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The mailer's ids in the order of the mails, or why there are none.
    pub result: Result<Vec<String>, MailerError>,
    /// How fast the mailer wants the next one.
    pub pace: Option<Pace>,
}

/// The pace that `ratelimit-*` headers give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Requests left in the window.
    pub remaining: u32,
    /// Seconds until the window is new.
    pub reset_seconds: u32,
}

/// Why a batch was not taken, by what follows for it (Resend, "Errors").
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailerError {
    /// 429: nothing happened, come back in so many seconds.
    #[error("rate limited")]
    RateLimited {
        /// `retry-after`, in seconds.
        retry_after_seconds: Option<u32>,
    },
    /// 429 `daily_quota_exceeded` or `monthly_quota_exceeded`.
    #[error("quota exceeded")]
    QuotaExceeded,
    /// The key, the account or the sender's address is refused: so would be every mail.
    #[error("sender refused")]
    SenderRefused,
    /// 409 `concurrent_idempotent_requests`: the same batch is under way elsewhere.
    #[error("the same batch is under way")]
    InProgress,
    /// 409 `invalid_idempotent_request`: the key was used with another body, so
    /// a batch of this id has been taken before.
    #[error("the key was used with another body")]
    KeyReused,
    /// Resend's verdict about at least one mail of the batch, for good.
    #[error("refused as invalid")]
    Invalid,
    /// A broken connection, or an answer that is no verdict of Resend's: it may have been sent.
    #[error("unavailable")]
    Unavailable,
    /// No answer in time: it may have been sent.
    #[error("timed out")]
    Timeout,
}

impl MailerError {
    /// The stable word that the outbox keeps.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::RateLimited { .. } => "rate_limited",
            Self::QuotaExceeded => "quota_exceeded",
            Self::SenderRefused => "sender_refused",
            Self::InProgress => "in_progress",
            Self::KeyReused => "key_reused",
            Self::Invalid => "invalid",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
        }
    }
}
