//! The SQL functions of this domain.

use serde::{Deserialize, Serialize};

use crate::{
    client::ClientContext,
    id::TokenId,
    link_request::{Admission, Asked},
    ports::SqlFunction,
    token::{Consumption, LinkToken, TokenHash, TokenOutcome},
};

/// Notes that somebody wants a link; the same single insert for every address.
#[derive(Serialize)]
#[serde(transparent)]
pub struct RequestPasswordReset<'a>(pub Asked<'a>);

impl SqlFunction for RequestPasswordReset<'_> {
    const NAME: &'static str = "request_password_reset";
    type Output = Admission;
}

/// The arguments of using a link up and of releasing it.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL functions")]
pub struct ResetToken<'a> {
    pub p_token_id: TokenId,
    pub p_token_hash: TokenHash,
    pub p_context: &'a ClientContext,
}

impl<'a> ResetToken<'a> {
    /// The token of a link, in a client's hands.
    pub fn new(link: &LinkToken, client: &'a ClientContext) -> Self {
        Self { p_token_id: link.id(), p_token_hash: link.hash(), p_context: client }
    }
}

/// Looks at a token without using it up. A wrong secret counts as one of five attempts.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct CheckPasswordReset<'a> {
    pub p_token_id: TokenId,
    pub p_token_hash: &'a TokenHash,
    pub p_context: &'a ClientContext,
    pub p_password_prefixes: Vec<String>,
}

impl SqlFunction for CheckPasswordReset<'_> {
    const NAME: &'static str = "check_password_reset";
    type Output = PasswordResetCheck;
}

/// The answer of the database about a token, and about the person behind it if it holds.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordResetCheck {
    /// `live`, or why not.
    pub outcome: TokenOutcome,
    /// The address of the account.
    #[serde(default)]
    pub email: String,
    /// The names of the person's companies.
    #[serde(default)]
    pub names: Vec<String>,
    /// SHA-256 of the common passwords behind the prefixes, in hex.
    #[serde(default)]
    pub common: Vec<String>,
}

/// Uses a token up, if it holds: of several racing calls, one.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct ConsumePasswordReset<'a>(pub &'a ResetToken<'a>);

impl SqlFunction for ConsumePasswordReset<'_> {
    const NAME: &'static str = "consume_password_reset";
    type Output = Consumption;
}

/// Makes a token that was used up good again, while it would still be.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct ReleasePasswordReset<'a>(pub &'a ResetToken<'a>);

impl SqlFunction for ReleasePasswordReset<'_> {
    const NAME: &'static str = "release_password_reset";
    type Output = ();
}
