//! The decision about a document: told by the review, and by the error of whoever comes second.

use serde::{Deserialize, Serialize};

use crate::date::Timestamp;

/// The state of a document.
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

/// The decision of somebody about a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decision {
    /// Its outcome.
    pub status: DocumentStatus,
    /// When.
    pub decided_at: Timestamp,
    /// Why it was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
