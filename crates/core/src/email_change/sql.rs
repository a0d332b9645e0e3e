//! The SQL functions of this domain.

use serde::{Deserialize, Serialize};

use crate::{
    client::ClientContext,
    email_address::EmailAddress,
    id::{TokenId, UserId},
    link_request::{Admission, Asked},
    ports::SqlFunction,
    token::{Purpose, TokenHash, TokenOutcome},
};

/// Notes that a person wants another address; the same single insert for every address.
#[derive(Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct RequestEmailChange<'a> {
    pub p_user_id: UserId,
    pub p_email: EmailAddress,
    pub p_address_key: String,
    pub p_client_key: Option<String>,
    pub p_context: &'a ClientContext,
}

impl<'a> RequestEmailChange<'a> {
    /// A request by somebody for an address.
    pub fn new(user: UserId, asked: Asked<'a>) -> Self {
        let Asked { p_email, p_address_key, p_client_key, p_context } = asked;
        Self { p_user_id: user, p_email, p_address_key, p_client_key, p_context }
    }
}

impl SqlFunction for RequestEmailChange<'_> {
    const NAME: &'static str = "request_email_change";
    type Output = Admission;
}

/// Uses a link about a change, to the new address or the old, and says what Auth is to be
/// told, if anything: again until Auth has it.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct UseEmailChangeLink<'a> {
    pub p_purpose: Purpose,
    pub p_token_id: TokenId,
    pub p_token_hash: TokenHash,
    pub p_context: &'a ClientContext,
}

impl SqlFunction for UseEmailChangeLink<'_> {
    const NAME: &'static str = "use_email_change_link";
    type Output = AddressConsumption;
}

/// The answer of the database about the link of a change.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct AddressConsumption {
    /// Its outcome.
    pub outcome: TokenOutcome,
    /// Whose account it is, if it held.
    pub user_id: Option<UserId>,
    /// The address that Auth is to be told.
    pub email: Option<String>,
}
