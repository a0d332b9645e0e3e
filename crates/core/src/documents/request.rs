//! The requests of callers.

use serde::{Deserialize, Serialize};

use crate::{
    date::Date,
    decision::DocumentStatus,
    error::{Error, Result},
    id::{self, DocumentId},
    reason,
};

/// Query of `GET /specialist-verify/queue`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QueueRequest {
    /// Documents in this state; those that wait if left out.
    #[serde(default)]
    pub status: DocumentStatus,
    /// Where to go on: `next_cursor` of the page before.
    #[cfg_attr(
        feature = "schema",
        schemars(regex(pattern = r"^[0-9]{1,16}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"))
    )]
    pub cursor: Option<String>,
    /// How many at most; 20 if left out.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
    pub limit: Option<u32>,
}

impl QueueRequest {
    pub(super) fn check(&self) -> Result<()> {
        let refused = if !self.cursor.as_deref().is_none_or(is_cursor) {
            ("/cursor", "Pass on next_cursor as it was answered.")
        } else if !self.limit.is_none_or(|limit| (1..=100).contains(&limit)) {
            ("/limit", "A page has 1 to 100 documents.")
        } else {
            return Ok(());
        };
        Err(Error::field(refused.0, "invalid_value", refused.1))
    }
}

/// Microseconds since 1970, and the id of the last document.
fn is_cursor(text: &str) -> bool {
    let lower = |b: u8| !b.is_ascii_uppercase();
    text.split_once('_').is_some_and(|(instant, document)| {
        let digits = instant.bytes().all(|b| b.is_ascii_digit());
        (1..=16).contains(&instant.len())
            && digits
            && document.bytes().all(lower)
            && id::parse(document).is_some()
    })
}

/// Body of `POST /specialist-verify/open`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenRequest {
    /// Which document.
    pub document_id: DocumentId,
}

/// The verdict about a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is what it says.
    Approve,
    /// It is not, or cannot be read.
    Reject,
}

/// Body of `POST /specialist-verify`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DecideRequest {
    /// Which document. To be approved, the caller must have opened it.
    pub document_id: DocumentId,
    /// The verdict about it.
    pub decision: Verdict,
    /// Why. Needed to reject, and told to the specialist then; else for the audit log.
    #[cfg_attr(feature = "schema", schemars(length(min = 5, max = 500)))]
    pub reason: Option<String>,
    /// Its last day, where the specialist said another or none.
    pub expires_on: Option<Date>,
}

impl DecideRequest {
    pub(super) fn check(&self) -> Result<()> {
        reason::check(self.reason.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_an_instant_and_an_id() {
        let id = "6f1c2c1e-0000-4000-8000-000000000001";
        for good in [format!("0_{id}"), format!("1764000000000000_{id}")] {
            assert!(is_cursor(&good), "{good}");
        }
        let bad = [
            String::new(),
            id.to_owned(),
            format!("_{id}"),
            format!("17640000000000001_{id}"),
            format!("1_{}", id.to_uppercase()),
            format!("1x_{id}"),
            "1_x".to_owned(),
            format!("1_{id}_"),
        ];
        for bad in bad {
            assert!(!is_cursor(&bad), "{bad}");
        }
    }
}
