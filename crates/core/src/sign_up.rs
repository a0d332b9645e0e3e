//! Signing up, by an address.
//!
//! There is no account at first, and nothing but the address is asked for: who types it
//! may be another than who reads its mail. What makes an account (password, name,
//! terms) is said behind the link. The request is one insert, the same for every
//! address; the dispatcher mails a link, or to whoever has an account that they have
//! one. The link takes what was said to the database and then to Auth; in Auth's own
//! transaction a trigger gives it to the account. Whatever fails before leaves a link
//! that still works.

pub mod operations;
mod request;
mod sql;

use core::pin::Pin;

use serde::Serialize;

pub use self::{
    request::{CompleteSignUpRequest, PreviewSignUpRequest, SignUpRequest},
    sql::{CheckSignUp, RequestSignUp, SignUpCheck, SignUpConsumption, SignUpOutcome, TakeSignUp},
};
use crate::{
    account::{AccountOfAddress, confirm_account, masked},
    client::ClientContext,
    email_address::Idna,
    error::Result,
    introduction,
    link_request::{self, AcceptedResponse, Asked},
    password::{ProposedPassword, Surroundings},
    ports::{Configured, Database, Functions, Identity, Unicode},
    terms::{self, AcceptedTerms},
    token::{LinkToken, TokenOutcome},
};

/// Answer of `POST /auth-sign-up/preview`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignUpPreview {
    /// The address that signs up, as far as its owner knows it by.
    pub email: String,
    /// The terms to be accepted.
    pub terms: AcceptedTerms,
}

/// Answer of `POST /auth-sign-up/complete`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignUpResponse {
    /// Always `signed_up`.
    pub status: SignUpStatus,
}

/// The effect of a link and a good password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignUpStatus {
    /// The account is there, and its owner can sign in.
    SignedUp,
}

/// Asks to sign up with an address.
///
/// # Errors
/// `invalid_request` for what is no address that mail should go to, `rate_limited`.
pub async fn request(
    ports: &(impl Database + Configured + Functions + Idna),
    request: &SignUpRequest,
    client: &ClientContext,
) -> Result<AcceptedResponse> {
    let asked = Asked::new(ports, request.new_address(ports)?, client);
    link_request::note(ports, &RequestSignUp::new(asked, request.locale()?)).await
}

/// Says for which address a link is, and which terms are in force.
///
/// # Errors
/// `token_invalid`, `token_expired`, `token_exhausted`, `token_superseded`, `token_used`;
/// `conflict` where the address has an account by now.
pub async fn preview(
    ports: &impl Database,
    request: &PreviewSignUpRequest,
    client: &ClientContext,
) -> Result<SignUpPreview> {
    let link = LinkToken::parse(&request.token)?;
    let found = check(ports, &link, Vec::new(), client).await?;
    Ok(SignUpPreview { email: masked(&found.email), terms: found.terms })
}

/// Makes the account: with the password, the name and the accepted terms that came with
/// the link.
///
/// # Errors
/// Those of [`preview`]; `invalid_request` also for a name or a language that is none;
/// `version_not_in_force` for other terms; `rule_violation` for a password that is
/// refused. These, `upstream_unavailable` and `upstream_timeout` leave a link that still
/// works, unless Auth did it all the same.
pub async fn complete(
    ports: &(impl Database + Identity + Configured + Unicode),
    request: &CompleteSignUpRequest,
    client: &ClientContext,
) -> Result<SignUpResponse> {
    let introduction = request.introduction()?;
    request.terms.check()?;
    let link = LinkToken::parse(&request.token)?;
    let password = ProposedPassword::new(ports, &request.password);
    let found = check(ports, &link, password.prefixes(), client).await?;
    let surroundings = Surroundings {
        email: &found.email,
        companies: &[],
        product: &ports.config().product_name,
        common: &found.common,
    };
    password.check(ports, &surroundings)?;
    let taken = ports
        .call(&TakeSignUp {
            p_token_id: link.id(),
            p_token_hash: link.hash(),
            p_introduction: introduction,
            p_terms: &request.terms,
            p_context: client,
        })
        .await?;
    let account = match (taken.outcome, taken.user_id) {
        (SignUpOutcome::Link(TokenOutcome::Consumed), user) if taken.is_new => {
            AccountOfAddress::New(user)
        }
        (SignUpOutcome::Link(TokenOutcome::Consumed), Some(user)) => {
            AccountOfAddress::Unconfirmed(user)
        }
        (SignUpOutcome::Link(outcome), _) => return Err(introduction::refusal(outcome)),
        (SignUpOutcome::WrongTerms, _) => return Err(terms::not_in_force()),
    };
    confirm_account(ports, account, &found.email, &password).await?;
    Ok(SignUpResponse { status: SignUpStatus::SignedUp })
}

/// Boxed, since two routes ask for it: it would be in the module twice.
fn check<'a>(
    ports: &'a impl Database,
    link: &LinkToken,
    prefixes: Vec<String>,
    client: &'a ClientContext,
) -> Pin<Box<dyn Future<Output = Result<SignUpCheck>> + 'a>> {
    let function = CheckSignUp {
        p_token_id: link.id(),
        p_token_hash: link.hash(),
        p_password_prefixes: prefixes,
        p_context: client,
    };
    Box::pin(async move {
        let found = ports.call(&function).await?;
        if found.outcome == TokenOutcome::Live { Ok(found) } else { Err(found.outcome.refusal()) }
    })
}

#[cfg(test)]
mod tests;
