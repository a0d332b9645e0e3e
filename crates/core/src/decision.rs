//! What was decided about a document: told by the review, and by the error of whoever comes second.

use serde::{Deserialize, Serialize};

/// What became of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocumentStatus {
    /// Nobody has decided.
    #[default]
    Pending,
    /// It was approved, and is valid.
    Verified,
    /// It was not approved.
    Rejected,
    /// Its last day is over.
    Expired,
}

/// What somebody has decided about a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decision {
    /// What became of it.
    pub status: DocumentStatus,
    /// When.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub decided_at: String,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
