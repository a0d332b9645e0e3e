//! The SQL functions of this domain.

use serde::{Deserialize, Serialize};

use crate::{icalendar::Entry, id::TokenId, ports::SqlFunction, token::TokenHash};

/// Reads the feed of an address, and counts how often that is done.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct ReadCalendarFeed {
    pub p_feed_id: TokenId,
    pub p_token_hash: TokenHash,
    pub p_client_key: Option<String>,
}

impl SqlFunction for ReadCalendarFeed {
    const NAME: &'static str = "read_calendar_feed";
    type Output = Feed;
}

/// The answer about an address.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Feed {
    /// Whether there is a feed.
    pub outcome: FeedOutcome,
    /// The language of its person.
    #[serde(default)]
    pub locale: Option<String>,
    /// Their sessions, in the order of time.
    #[serde(default)]
    pub entries: Vec<Entry>,
    /// When it may be read again, where it was read too often.
    #[serde(default)]
    pub retry_after_seconds: Option<u32>,
}

/// What an address leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedOutcome {
    /// A feed.
    Found,
    /// Nothing: it was never made, or is over.
    Unknown,
    /// Too often.
    RateLimited,
}
