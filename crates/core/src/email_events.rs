//! What Resend tells of mails that it has taken: whether they arrived.
//!
//! An event names our mail by a tag that the mail was sent with, so nothing has to be looked up by Resend's ids, and a mail
//! whose sending had an unknown outcome is found as well. Beside it stands the project that sent it: all webhooks of an
//! account at Resend are told of all its mails, those of other environments among them.
//!
//! What an event means for the state of the mail and for its address, the database decides: `record_email_event()`.

pub mod operations;
mod sql;
mod tags;

use serde::{Deserialize, Serialize};

use self::tags::Tags;
pub use self::{
    sql::{Bounce, EmailState, RecordEmailEvent, RecordOutcome, Recorded},
    tags::{MAIL_TAG, PROJECT_TAG},
};
use crate::{
    config::Config,
    date::Instant,
    error::Result,
    json::Verbatim,
    ports::{Configured, Database, Tag, is_storable},
};

/// Which project a mail is of: the host of its project, in the characters that a tag may have.
fn project(config: &Config) -> String {
    let url = config.supabase_url.as_str();
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    let plain = |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte) } else { '-' };
    host.bytes().take(TAG_LIMIT).map(plain).collect()
}

/// The longest value of a tag.
const TAG_LIMIT: usize = 256;

/// The tags that a mail is sent with, for events to come back with.
pub(crate) fn tags(config: &Config, mail_id: i64) -> Vec<Tag> {
    vec![
        Tag { name: MAIL_TAG, value: mail_id.to_string() },
        Tag { name: PROJECT_TAG, value: project(config) },
    ]
}

/// Body of `POST /email-webhook`: an event as Resend sends it. What is not listed here is let be.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EmailEvent {
    /// Such as `email.delivered`.
    #[serde(rename = "type")]
    kind: String,
    /// When it happened.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Instant>"))]
    created_at: Option<Verbatim<Instant>>,
    /// What it is about. It has to be of this form only where it is about a mail.
    #[cfg_attr(feature = "schema", schemars(with = "Option<EventData>"))]
    data: Option<Verbatim<EventData>>,
}

/// The subject of an event: a mail.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct EventData {
    /// Resend's id of the mail.
    email_id: String,
    /// The tags that it was sent with.
    tags: Tags,
    /// How it bounced.
    bounce: Option<BounceData>,
}

/// How a mail bounced.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct BounceData {
    /// `Permanent`, `Transient` or `Undetermined`.
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// Answer of `POST /email-webhook`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EmailEventResponse {
    /// What became of the event.
    pub status: EmailEventStatus,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EmailEventStatus {
    /// It was written down.
    Recorded,
    /// It had been before.
    Repeated,
    /// It says nothing about a mail of ours.
    Ignored,
}

/// Writes an event down, once, however often it is delivered.
///
/// # Errors
/// `upstream_unavailable`, `upstream_timeout`: Resend then delivers it again.
pub async fn record(
    ports: &(impl Database + Configured),
    message_id: &str,
    event: &EmailEvent,
) -> Result<EmailEventResponse> {
    let status = match event.read(ports.config(), message_id) {
        Some(call) => match ports.call(&call).await?.outcome {
            RecordOutcome::Recorded => EmailEventStatus::Recorded,
            RecordOutcome::Repeated => EmailEventStatus::Repeated,
            RecordOutcome::Unknown => EmailEventStatus::Ignored,
        },
        None => EmailEventStatus::Ignored,
    };
    Ok(EmailEventResponse { status })
}

impl EmailEvent {
    /// The part of it that matters, if it is about the state of a mail that this project sent.
    fn read<'a>(&'a self, config: &Config, message_id: &'a str) -> Option<RecordEmailEvent<'a>> {
        let state = state(&self.kind)?;
        let data = self.data.as_ref()?.read().ok()?;
        let mail =
            data.tags.mail.filter(|_| data.tags.project.as_deref() == Some(&*project(config)))?;
        Some(RecordEmailEvent {
            p_event_id: message_id,
            p_mail_id: mail.parse().ok()?,
            p_state: state,
            p_bounce: (state == EmailState::Bounced).then(|| bounce(data.bounce)),
            p_message_id: Some(data.email_id).filter(|id| is_storable(id)),
            p_occurred_at: self.created_at.as_ref().and_then(|instant| instant.read().ok()),
        })
    }
}

/// Resend speaks of bounces that are permanent, transient or undetermined; at first of permanent ones alone.
fn bounce(bounce: Option<BounceData>) -> Bounce {
    match bounce.and_then(|bounce| bounce.kind).as_deref() {
        None | Some("Permanent") => Bounce::Hard,
        Some(_) => Bounce::Soft,
    }
}

/// What an event says of its mail. That it was opened or clicked is nobody's business.
fn state(kind: &str) -> Option<EmailState> {
    Some(match kind {
        "email.sent" => EmailState::Sent,
        "email.delivery_delayed" => EmailState::Delayed,
        "email.delivered" => EmailState::Delivered,
        "email.suppressed" => EmailState::Suppressed,
        "email.failed" => EmailState::Failed,
        "email.bounced" => EmailState::Bounced,
        "email.complained" => EmailState::Complained,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
