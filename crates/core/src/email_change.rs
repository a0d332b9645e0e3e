//! Another address for an account.
//!
//! Somebody who is signed in asks for it. A link goes to the new address, and a
//! notice to the old one, with a link that takes it back. Whoever holds the first
//! confirms: the database writes down that Auth is being told, and Auth is told.
//! Should Auth fail, or the process die, the same link repeats it; that Auth has
//! the address is written down by a trigger, in Auth's own transaction, together
//! with all that follows. For a day the old address takes even that back, in the
//! same two steps: sessions and password end first, then Auth moves the account.

pub mod operations;
mod sql;

use serde::{Deserialize, Serialize};

pub use self::sql::{AddressConsumption, RequestEmailChange, UseEmailChangeLink};
use crate::{
    access_token::AccessToken,
    caller::caller,
    client::ClientContext,
    email_address::{EmailAddress, Idna},
    error::Result,
    link_request::{self, AcceptedResponse, Asked, LinkRequest},
    ports::{Configured, Database, Functions, Identity},
    secret::SecretString,
    token::{LinkToken, Purpose, TokenOutcome},
};

/// Body of `POST /auth-email-change/confirm` and `/cancel`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddressLinkRequest {
    /// The token of the link: what follows `#token=`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub token: SecretString,
}

/// Answer of `POST /auth-email-change/confirm` and `/cancel`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AddressResponse {
    /// The effect of the link.
    pub status: AddressStatus,
}

/// The effect of a valid link on the address of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AddressStatus {
    /// The account has the new address.
    Changed,
    /// It has had it since this link was used.
    AlreadyChanged,
    /// The account keeps the old address, which it never lost.
    Kept,
    /// The account has the old address again, and no password.
    MovedBack,
}

/// Asks for another address, for whoever is signed in.
///
/// # Errors
/// `unauthenticated`, `invalid_request` for what is no address, `rate_limited`.
pub async fn request(
    ports: &(impl Database + Configured + Functions + Idna),
    person: &AccessToken,
    request: &LinkRequest,
    client: &ClientContext,
) -> Result<AcceptedResponse> {
    let asked = Asked::new(ports, request.new_address(ports)?, client);
    let user = caller(ports, person).await?;
    link_request::note(ports, &RequestEmailChange::new(user, asked)).await
}

/// Uses a link: one to the new address gives it to the account, one to the old
/// address takes that back and ends every session. `purpose` says which.
///
/// # Errors
/// `token_invalid`, `token_expired`, `token_exhausted`, `token_superseded`; `token_used`
/// for a link to the old address; `conflict` where the address that the account should
/// have has another by now; `not_found` where it was erased meanwhile. `upstream_unavailable` and `upstream_timeout` leave a link that
/// still works.
pub async fn use_link(
    ports: &(impl Database + Identity),
    purpose: Purpose,
    request: &AddressLinkRequest,
    client: &ClientContext,
) -> Result<AddressResponse> {
    let link = LinkToken::parse(&request.token)?;
    let (p_token_id, p_token_hash) = (link.id(), link.hash());
    let call =
        UseEmailChangeLink { p_purpose: purpose, p_token_id, p_token_hash, p_context: client };
    let found = ports.call(&call).await?;
    let status = match (found.outcome, &found.email) {
        (TokenOutcome::AlreadyVerified, _) => AddressStatus::AlreadyChanged,
        (TokenOutcome::Verified, Some(_)) => AddressStatus::Changed,
        (TokenOutcome::Consumed, Some(_)) => AddressStatus::MovedBack,
        (TokenOutcome::Consumed, None) => AddressStatus::Kept,
        (outcome, _) => return Err(outcome.refusal()),
    };
    if let (Some(user), Some(address)) = (found.user_id, &found.email) {
        ports.change_email(user, &EmailAddress::from_database(address)).await?;
    }
    Ok(AddressResponse { status })
}

#[cfg(test)]
mod tests;
