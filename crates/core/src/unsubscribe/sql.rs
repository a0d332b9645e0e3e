//! The SQL functions of this domain.

use serde::{Deserialize, Serialize};

use crate::ports::SqlFunction;

/// Refuses the kind of mail that a signed link is about.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct Unsubscribe<'a> {
    pub p_token: &'a str,
}

impl SqlFunction for Unsubscribe<'_> {
    const NAME: &'static str = "unsubscribe";
    type Output = Unsubscribed;
}

/// Takes back what a signed link refused.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct Resubscribe<'a> {
    pub p_token: &'a str,
}

impl SqlFunction for Resubscribe<'_> {
    const NAME: &'static str = "resubscribe";
    type Output = Unsubscribed;
}

/// The answer about a link.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsubscribed {
    /// The kind of mail that it is about; none where the signature is wrong.
    pub category: Option<String>,
}
