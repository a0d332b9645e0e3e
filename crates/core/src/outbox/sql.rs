//! The SQL functions of the outbox.

mod columns;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    id::{BatchId, LeaseId, TokenId},
    ports::SqlFunction,
    token::{Purpose, TokenHash},
};

/// Which mails a dispatcher drains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// Everything that somebody's action caused.
    Mail,
    /// Reminders of booked sessions.
    Reminder,
}

/// Leases due mails in frozen batches, after checking each once more.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct ClaimEmails {
    pub p_stream: Stream,
    /// Mails, 1 to 5,000.
    pub p_limit: u32,
    pub p_lease_seconds: u32,
}

impl SqlFunction for ClaimEmails {
    const NAME: &'static str = "claim_emails";
    type Output = Claim;
}

/// The mails that a dispatcher may send now.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Claim {
    /// Until when nothing may be sent at all, if so.
    pub paused_until: Option<DateTime<Utc>>,
    /// Mails that need not be sent any more.
    pub skipped: u32,
    /// Mails that wait for the end of somebody's quiet hours.
    pub deferred: u32,
    /// Due mails that this claim left, counted up to 100.
    pub remaining: u32,
    /// The templates of the mails.
    pub templates: Vec<TemplateSource>,
    /// The time zones of the batches, as the database knows them.
    #[serde(default)]
    pub zones: Zones,
    /// The batches.
    pub batches: Vec<Batch>,
}

/// Time zones by name: from which second since 1970 on, how many seconds east of UTC.
/// The first stretch holds before it, too.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Zones(pub BTreeMap<String, Vec<(i64, i32)>>);

impl Zones {
    /// How far a zone is from UTC at an instant, in seconds east; `None` for a zone that is not here.
    #[must_use]
    pub fn offset(&self, time_zone: &str, instant: DateTime<Utc>) -> Option<i32> {
        let stretches = self.0.get(time_zone)?;
        let begun = stretches.iter().rev().find(|(from, _)| *from <= instant.timestamp());
        begun.or(stretches.first()).map(|(_, offset)| *offset)
    }
}

/// One version of a template in one locale.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns of email_templates")]
pub struct TemplateSource {
    pub id: i64,
    pub key: String,
    pub locale: String,
    pub version: i32,
    pub subject: String,
    pub html: String,
    pub text: String,
}

/// A frozen batch: the same mails in the same order under the same id, each
/// time it is handed out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Batch {
    /// Also the idempotency key.
    pub id: BatchId,
    /// The proof of ownership until it is settled.
    pub lease: LeaseId,
    /// 1 for the first.
    pub attempt: u32,
    /// How long ago the first attempt was claimed, by the database's clock, in seconds.
    pub age_seconds: u32,
    /// Whether it is, or was before mails were withdrawn, of several mails.
    pub shared: bool,
    /// 1 to 100; a mail with a token or a calendar entry is alone.
    #[serde(with = "columns")]
    pub mails: Vec<QueuedMail>,
}

/// A mail before it is rendered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QueuedMail {
    /// `private.emails.id`.
    pub id: i64,
    /// The recipient.
    pub to: String,
    /// Of the claim's templates.
    pub template_id: i64,
    /// The variables of the template.
    pub variables: BTreeMap<String, serde_json::Value>,
    /// The recipient's locale, BCP 47.
    pub locale: String,
    /// The recipient's time zone, IANA.
    pub time_zone: String,
    /// `security`, `account`, `booking` or `reminder`.
    pub category: String,
    /// The token by which the recipient may refuse such mail, where they may.
    #[serde(default)]
    pub unsubscribe: Option<String>,
    /// The token whose link the mail carries.
    pub token: Option<QueuedToken>,
}

/// The token of a mail.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct QueuedToken {
    /// Its purpose.
    pub purpose: Purpose,
    /// Its row.
    pub id: TokenId,
    /// The hash that the row keeps, once it has been mailed.
    pub token_hash: Option<TokenHash>,
}

/// Stores the hashes of tokens that are about to be mailed. The first writer
/// wins; the answer is what is stored.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct SealTokenHashes {
    pub p_tokens: Vec<SealedToken>,
}

impl SqlFunction for SealTokenHashes {
    const NAME: &'static str = "seal_token_hashes";
    type Output = Vec<StoredHash>;
}

/// A token about to be mailed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns of the token tables")]
pub struct SealedToken {
    pub purpose: Purpose,
    pub id: TokenId,
    pub token_hash: TokenHash,
}

/// The hash that a row holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the columns of the token tables")]
pub struct StoredHash {
    pub id: TokenId,
    pub token_hash: TokenHash,
}

/// Writes down what became of batches, where the lease is still held.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct SettleEmails<'a> {
    pub p_results: &'a [Settlement],
}

impl SqlFunction for SettleEmails<'_> {
    const NAME: &'static str = "settle_emails";
    type Output = Settled;
}

/// The outcome of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// The batch.
    pub batch_id: BatchId,
    /// The lease it was sent under.
    pub lease: LeaseId,
    /// The consequence.
    pub outcome: Outcome,
    /// The mailer's ids, in the order of the mails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub message_ids: Vec<String>,
    /// Why, as a stable word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// For `retry` and `pause`: from when on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u32>,
    /// For `retry`: whether this counts as an attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent: Option<bool>,
}

/// The consequence for a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Taken by the mailer.
    Sent,
    /// The same batch again, later.
    Retry,
    /// Two halves under new ids, now.
    Split,
    /// Never again, until somebody redrives it.
    Failed,
    /// Not needed any more.
    Skipped,
    /// Nothing at all for a while, then the same batch again.
    Pause,
}

/// The count of mails by what was written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "one count for each outcome")]
pub struct Settled {
    pub sent: u32,
    pub retried: u32,
    pub failed: u32,
    pub skipped: u32,
    pub split: u32,
    /// Settled too late: another dispatcher owns them now.
    pub stale: u32,
}
