//! The SQL functions of this domain.

use serde::{Deserialize, Serialize};

use crate::{
    client::ClientContext,
    email_address::EmailAddress,
    id::{TokenId, UserId},
    ports::SqlFunction,
    token::TokenHash,
};

/// Uses a token up, if it holds. A wrong secret counts as one of five attempts.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct ConsumeEmailVerification<'a> {
    pub p_token_id: TokenId,
    pub p_token_hash: TokenHash,
    pub p_context: &'a ClientContext,
}

impl SqlFunction for ConsumeEmailVerification<'_> {
    const NAME: &'static str = "consume_email_verification";
    type Output = Consumption;
}

/// What the database says of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consumption {
    /// What became of it.
    pub outcome: ConsumptionOutcome,
    /// Whose it is, if it held.
    pub user_id: Option<UserId>,
}

/// What became of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsumptionOutcome {
    /// It held, and is used now.
    Verified,
    /// It held before, and has not expired.
    AlreadyVerified,
    /// Unknown, or the secret is wrong.
    Invalid,
    /// Its time is over.
    Expired,
    /// Five wrong attempts were made.
    Exhausted,
    /// A newer token was issued, or the account has another address now.
    Superseded,
}

/// Notes that somebody wants a link; the same single insert for every address.
#[derive(Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct RequestEmailVerification<'a> {
    pub p_email: EmailAddress,
    pub p_address_key: String,
    pub p_context: &'a ClientContext,
}

impl SqlFunction for RequestEmailVerification<'_> {
    const NAME: &'static str = "request_email_verification";
    type Output = ();
}
