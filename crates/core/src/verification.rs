//! Confirming an e-mail address.
//!
//! A sign-up leaves a token and a mail in its own transaction (the trigger
//! `private.start_email_verification`); here the link comes back. The database
//! decides about the token, then Auth is told. Should Auth fail after the token
//! was used, the same link may be tried again until it expires: confirming twice
//! changes nothing.

mod request;
mod sql;

use serde::Serialize;

pub use self::{
    request::{ResendRequest, VerifyRequest},
    sql::{ConsumeEmailVerification, Consumption, ConsumptionOutcome, RequestEmailVerification},
};
use crate::{
    client::ClientContext,
    error::{Code, Error, Result},
    id::UserId,
    ports::{Configured, Database, Functions, Identity, IdentityError, Idna},
    token::LinkToken,
};

/// Answer of `POST /auth-email-verify`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VerifyResponse {
    /// What the link did.
    pub status: VerifyStatus,
}

/// What a valid link did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VerifyStatus {
    /// The address is confirmed now.
    Verified,
    /// It was confirmed with this link before.
    AlreadyVerified,
}

/// Answer of `POST /auth-email-verify/resend`, whatever the address.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AcceptedResponse {
    /// Always `accepted`.
    pub status: AcceptedStatus,
}

/// The one value of a uniform answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AcceptedStatus {
    /// The request was taken.
    Accepted,
}

/// Confirms the address that the link was mailed to.
///
/// # Errors
/// `token_invalid`, `token_expired`, `token_exhausted`, `token_superseded`;
/// `upstream_unavailable` or `upstream_timeout` leave a link that still works.
pub async fn verify(
    ports: &(impl Database + Identity),
    request: &VerifyRequest,
    client: &ClientContext,
) -> Result<VerifyResponse> {
    let token = LinkToken::parse(&request.token)?;
    let consumption = ports
        .call(&ConsumeEmailVerification {
            p_token_id: token.id(),
            p_token_hash: token.hash(),
            p_context: client,
        })
        .await?;
    let (user, status) = accept(&consumption)?;
    match ports.confirm_email(user).await {
        Ok(()) => Ok(VerifyResponse { status }),
        // Erased between the two steps: nobody is left to confirm.
        Err(IdentityError::NotFound) => Err(LinkToken::invalid()),
        Err(error) => Err(error.into()),
    }
}

/// Asks for another link. The answer and the work are the same for every
/// address: whether it belongs to anybody is looked up later, by the dispatcher.
///
/// # Errors
/// `invalid_request` for what is no address.
pub async fn request_link(
    ports: &(impl Database + Configured + Functions + Idna),
    request: &ResendRequest,
    client: &ClientContext,
) -> Result<AcceptedResponse> {
    let address = request.address(ports)?;
    ports
        .call(&RequestEmailVerification {
            p_address_key: ports.config().token_keys.address_key(&address),
            p_email: address,
            p_context: client,
        })
        .await?;
    ports.kick_email_dispatch();
    Ok(AcceptedResponse { status: AcceptedStatus::Accepted })
}

fn accept(consumption: &Consumption) -> Result<(UserId, VerifyStatus)> {
    let status = match consumption.outcome {
        ConsumptionOutcome::Verified => VerifyStatus::Verified,
        ConsumptionOutcome::AlreadyVerified => VerifyStatus::AlreadyVerified,
        ConsumptionOutcome::Invalid => return Err(LinkToken::invalid()),
        ConsumptionOutcome::Expired => return Err(gone(Code::TokenExpired)),
        ConsumptionOutcome::Exhausted => return Err(gone(Code::TokenExhausted)),
        ConsumptionOutcome::Superseded => return Err(gone(Code::TokenSuperseded)),
    };
    let user = consumption.user_id.ok_or_else(|| Error::internal("a token of nobody"))?;
    Ok((user, status))
}

fn gone(code: Code) -> Error {
    Error::new(code, "Please use the link of the newest mail, or ask for a new one.")
}

#[cfg(test)]
mod tests;
