//! A new password for somebody who forgot theirs.
//!
//! A link is mailed to the address of the account; whoever holds it chooses the
//! new password. Everything that can be refused is refused before the link is
//! used up. Then it is used up, so that of several racing requests one wins,
//! and Auth is told. Should Auth refuse or fail, the link is released and works
//! again, unless it turns out that Auth did it. Should the process die in
//! between, or the answer of the database be lost, the link is spent, and
//! another is asked for: releasing what somebody else may have used up would let
//! two of the racing requests win. What must follow the change (notice, audit,
//! retiring other links) is a trigger of the database's, in Auth's own
//! transaction.

pub mod operations;
mod request;
mod sql;

use serde::Serialize;

pub use self::{
    request::ResetPasswordRequest,
    sql::{
        CheckPasswordReset, ConsumePasswordReset, PasswordResetCheck, ReleasePasswordReset,
        RequestPasswordReset, ResetToken,
    },
};
use crate::{
    client::ClientContext,
    email_address::Idna,
    error::{Error, Result},
    id::UserId,
    link_request::{self, AcceptedResponse, LinkRequest},
    password::{ProposedPassword, Surroundings},
    ports::{Configured, Database, Functions, Identity, IdentityError, Telemetry, Unicode},
    token::{LinkToken, TokenOutcome},
};

/// Answer of `POST /auth-password-reset-complete`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResetPasswordResponse {
    /// Always `password_updated`.
    pub status: ResetPasswordStatus,
}

/// The effect of a link and a good password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResetPasswordStatus {
    /// The password is another one, and every session has ended.
    PasswordUpdated,
}

/// Asks for a link, for whatever address.
///
/// # Errors
/// `invalid_request` for what is no address, `rate_limited`.
pub async fn request_link(
    ports: &(impl Database + Configured + Functions + Idna),
    request: &LinkRequest,
    client: &ClientContext,
) -> Result<AcceptedResponse> {
    link_request::request_link(ports, request, client, RequestPasswordReset).await
}

/// Sets the password that came with a link. It also confirms the address:
/// whoever holds the link reads its mail.
///
/// # Errors
/// `token_invalid`, `token_expired`, `token_exhausted`, `token_superseded`,
/// `token_used`; `rule_violation` for a password that is refused, by us or by
/// Auth. That, and an Auth that fails (`upstream_unavailable`,
/// `upstream_timeout`), leave a link that still works.
pub async fn complete(
    ports: &(impl Database + Identity + Configured + Telemetry + Unicode),
    request: &ResetPasswordRequest,
    client: &ClientContext,
) -> Result<ResetPasswordResponse> {
    let link = LinkToken::parse(&request.token)?;
    let token = ResetToken::new(&link, client);
    let password = ProposedPassword::new(ports, &request.password);
    check(ports, &token, &password).await?;
    let user = consume(ports, &token).await?;
    if let Err(error) = ports.set_password_and_confirm(user, password.normal()).await {
        return Err(release(ports, &token, error).await);
    }
    Ok(ResetPasswordResponse { status: ResetPasswordStatus::PasswordUpdated })
}

/// Whether the link is good and the password may be its person's.
async fn check(
    ports: &(impl Database + Configured + Unicode),
    token: &ResetToken<'_>,
    password: &ProposedPassword,
) -> Result<()> {
    let call = CheckPasswordReset {
        p_token_id: token.p_token_id,
        p_token_hash: &token.p_token_hash,
        p_context: token.p_context,
        p_password_prefixes: password.prefixes(),
    };
    let check = ports.call(&call).await?;
    if check.outcome != TokenOutcome::Live {
        return Err(check.outcome.refusal());
    }
    let surroundings = Surroundings {
        email: &check.email,
        companies: &check.names,
        product: &ports.config().product_name,
        common: &check.common,
    };
    password.check(ports, &surroundings)
}

async fn consume(ports: &impl Database, token: &ResetToken<'_>) -> Result<UserId> {
    let consumption = ports.call(&ConsumePasswordReset(token)).await?;
    if consumption.outcome != TokenOutcome::Consumed {
        return Err(consumption.outcome.refusal());
    }
    consumption.user_id.ok_or_else(|| Error::internal("a token of nobody"))
}

/// Makes a link good again that Auth did not honour, and answers why it did not.
async fn release(
    ports: &(impl Database + Telemetry),
    token: &ResetToken<'_>,
    error: IdentityError,
) -> Error {
    if let Err(failure) = ports.call(&ReleasePasswordReset(token)).await {
        ports.report(&failure.into());
    }
    match error {
        // Erased between the two steps: nobody is left.
        IdentityError::NotFound => TokenOutcome::Invalid.refusal(),
        error => error.into(),
    }
}

#[cfg(test)]
mod tests;
