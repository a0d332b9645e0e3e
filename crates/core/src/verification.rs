//! Confirming an e-mail address.
//!
//! A sign-up leaves a token and a mail in its own transaction (the trigger
//! `private.issue_email_verification_for_account`); here the link comes back. The database
//! decides about the token, then Auth is told. Should Auth fail after the token
//! was used, the same link may be tried again until it expires: confirming twice
//! changes nothing.
//!
//! Whoever signed the address up may be somebody else. What is said behind the link
//! is said by who reads the mail, and takes the place of all that came before.

pub mod operations;
mod request;
mod sql;

use serde::Serialize;

pub use self::{
    request::VerifyRequest,
    sql::{ConsumeEmailVerification, RequestEmailVerification},
};
use crate::{
    client::ClientContext,
    email_address::Idna,
    error::{Error, Result},
    id::UserId,
    introduction,
    link_request::{self, AcceptedResponse, LinkRequest},
    ports::{Configured, Database, Functions, Identity, IdentityError},
    token::{Consumption, LinkToken, TokenOutcome},
};

/// Answer of `POST /auth-email-verify`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VerifyResponse {
    /// The effect of the link.
    pub status: VerifyStatus,
}

/// The effect of a valid link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VerifyStatus {
    /// The address is confirmed now.
    Verified,
    /// It was confirmed with this link before.
    AlreadyVerified,
}

/// Confirms the address that the link was mailed to.
///
/// # Errors
/// `invalid_request`, also for a name or a language that is none; `token_invalid`, `token_expired`, `token_exhausted`, `token_superseded`;
/// `upstream_unavailable` or `upstream_timeout` leave a link that still works.
pub async fn verify(
    ports: &(impl Database + Identity),
    request: &VerifyRequest,
    client: &ClientContext,
) -> Result<VerifyResponse> {
    let introduction = request.introduction()?;
    let token = LinkToken::parse(&request.token)?;
    let consumption = ports
        .call(&ConsumeEmailVerification {
            p_token_id: token.id(),
            p_token_hash: token.hash(),
            p_context: client,
            p_introduction: introduction,
        })
        .await?;
    let (user, status) = accept(&consumption)?;
    match ports.confirm_email(user).await {
        Ok(()) => Ok(VerifyResponse { status }),
        // Erased between the two steps: nobody is left to confirm.
        Err(IdentityError::NotFound) => Err(TokenOutcome::Invalid.refusal()),
        Err(error) => Err(error.into()),
    }
}

/// Asks for another link, for whatever address.
///
/// # Errors
/// `invalid_request` for what is no address, `rate_limited`.
pub async fn request_link(
    ports: &(impl Database + Configured + Functions + Idna),
    request: &LinkRequest,
    client: &ClientContext,
) -> Result<AcceptedResponse> {
    link_request::request_link(ports, request, client, RequestEmailVerification).await
}

fn accept(consumption: &Consumption) -> Result<(UserId, VerifyStatus)> {
    let status = match consumption.outcome {
        TokenOutcome::Verified => VerifyStatus::Verified,
        TokenOutcome::AlreadyVerified => VerifyStatus::AlreadyVerified,
        outcome => return Err(introduction::refusal(outcome)),
    };
    let user = consumption.user_id.ok_or_else(|| Error::internal("a token of nobody"))?;
    Ok((user, status))
}

#[cfg(test)]
mod tests;
