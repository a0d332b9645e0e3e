//! Seats: what a plan counts.

use serde::{Deserialize, Serialize};

/// The seats of a company, and who takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Seats {
    /// How many there are.
    pub limit: u32,
    /// Taken by members.
    pub members: u32,
    /// Held for people who have been invited.
    pub pending: u32,
}
