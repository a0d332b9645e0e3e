//! The SQL functions of this domain.

use serde::{Deserialize, Serialize};

use crate::{
    email_address::EmailAddress,
    id::{RequestId, UserId},
    ports::SqlFunction,
};

/// Puts a mail of ours in place of one that Auth asks for.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct TakeAuthEmail {
    pub p_action: AuthEmailAction,
    pub p_user_id: UserId,
    pub p_dedupe_key: String,
    pub p_address_key: Option<String>,
    pub p_new_email: Option<EmailAddress>,
    pub p_request_id: RequestId,
}

impl SqlFunction for TakeAuthEmail {
    const NAME: &'static str = "take_auth_email";
    type Output = TakenAuthEmail;
    /// Auth waits five seconds, for three tries together.
    const TIMEOUT_MS: u32 = 1_200;
}

/// What is done in place of a mail of Auth's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthEmailAction {
    /// A link that sets a new password.
    PasswordReset,
    /// A change of address: a link to the new one, a notice to the old.
    EmailChange,
    /// The word that nobody signs in by a link.
    SignInLink,
}

/// The answer about a mail of Auth's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct TakenAuthEmail {
    /// What became of it.
    pub outcome: AuthEmailOutcome,
    /// When to come back, where it was too often.
    pub retry_after_seconds: Option<u32>,
}

/// What became of a mail of Auth's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthEmailOutcome {
    /// Ours was queued, or asked for.
    Taken,
    /// It had been, within the minute.
    Repeated,
    /// The person has asked for too many addresses.
    Limited,
}
