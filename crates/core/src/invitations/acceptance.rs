//! Accepting an invitation, by the link that was mailed.
//!
//! Three ways lead in. Somebody with a confirmed account accepts as themselves,
//! signed in; with one of another address only if they say so, and the invited
//! address has no account. Somebody without one gets an account, confirmed by the link, which
//! only reads who reads their mail. And an account that nobody has confirmed gets a
//! new password, whoever made it: else they would keep a way in. Auth is told first,
//! and the invitation is used up last, in one transaction with the membership;
//! whatever fails before leaves a link that still works.

pub mod operations;
mod request;
mod sql;

use core::pin::Pin;

use serde::{Deserialize, Serialize};

pub use self::{
    request::{AcceptRequest, PreviewRequest},
    sql::{
        AcceptInvitation, Acceptance, Account, CheckInvitation, InvitationCheck, InvitationOutcome,
        InvitingCompany, PrivateAddress,
    },
};
use crate::{
    access_token::AccessToken,
    account::{AccountOfAddress, confirm_account, masked},
    caller::caller,
    client::ClientContext,
    email_address::Idna,
    error::{Code, Error, Result},
    id::{CompanyId, UserId},
    password::{ProposedPassword, Surroundings},
    ports::{Configured, Database, Identity, Unicode},
    terms::{self, AcceptedTerms},
    token::LinkToken,
};

/// Answer of `POST /company-invitation-accept/preview`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PreviewResponse {
    /// The company that invites.
    pub company: InvitingCompany,
    /// The address that was invited, as far as its owner knows it by.
    pub email: String,
    /// The name that the company knows them by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// The credential that accepting takes.
    pub requires: Requirement,
    /// The terms to be accepted with it.
    pub terms: AcceptedTerms,
}

/// The credential that accepting an invitation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// To sign in: the address has an account.
    SignIn,
    /// To choose a password.
    Password,
}

/// Answer of `POST /company-invitation-accept`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AcceptResponse {
    /// Always `accepted`.
    pub status: AcceptStatus,
    /// The company that they belong to now.
    pub company_id: CompanyId,
}

/// The effect of a link that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AcceptStatus {
    /// They are a member.
    Accepted,
}

/// Says who invites whom, and what accepting takes.
///
/// # Errors
/// Those of a link: `token_invalid`, `token_expired`, `token_exhausted`,
/// `token_superseded`, `token_used`, `invitation_revoked`; `company_suspended`,
/// `seat_limit`.
pub async fn preview(
    ports: &impl Database,
    request: &PreviewRequest,
    client: &ClientContext,
) -> Result<PreviewResponse> {
    let link = LinkToken::parse(&request.token)?;
    let found = check(ports, &link, Vec::new(), None, client).await?;
    let requires = match found.account {
        Account::Confirmed => Requirement::SignIn,
        Account::None | Account::Unconfirmed => Requirement::Password,
    };
    let email = masked(&found.email);
    let InvitationCheck { company, full_name, terms, .. } = found;
    Ok(PreviewResponse { company, email, full_name, requires, terms })
}

/// Accepts an invitation: as `person`, or else as whoever the link was mailed to.
///
/// # Errors
/// Those of a link, see [`preview`]; `wrong_account` for somebody else's invitation,
/// `conflict` for somebody who belongs to the company by another address,
/// `unauthenticated` where the address has an account and nobody is signed in,
/// `version_not_in_force` for other terms; `rule_violation` for a password that is
/// refused. Each, and `upstream_unavailable` and `upstream_timeout`, leaves an
/// invitation that can still be accepted, unless it could not be before. `invalid_request`
/// also for a private address that is none.
pub async fn accept(
    ports: &(impl Database + Identity + Configured + Unicode + Idna),
    person: Option<&AccessToken>,
    request: &AcceptRequest,
    client: &ClientContext,
) -> Result<AcceptResponse> {
    request.check()?;
    let private_address = request.private_address(ports)?;
    let link = LinkToken::parse(&request.token)?;
    let user_id = match person {
        Some(person) => caller(ports, person).await?,
        None => account_by_mail(ports, &link, request, client).await?,
    };
    let acceptance = AcceptInvitation {
        p_token_id: link.id(),
        p_token_hash: link.hash(),
        p_user_id: user_id,
        p_full_name: request.full_name.as_deref(),
        p_terms: &request.terms,
        p_context: client,
        p_own_account: person.is_some() && request.own_account,
        p_private_address: private_address.as_ref().map(|email| PrivateAddress {
            address_key: ports.config().token_keys.address_key(email),
            email,
        }),
    };
    let acceptance = ports.call(&acceptance).await?;
    match (acceptance.outcome, acceptance.company_id) {
        (InvitationOutcome::Accepted, Some(company_id)) => {
            Ok(AcceptResponse { status: AcceptStatus::Accepted, company_id })
        }
        (outcome, _) => Err(outcome.refusal()),
    }
}

/// Makes sure that the address has an account that its owner alone can sign in with, and
/// answers which.
async fn account_by_mail(
    ports: &(impl Database + Identity + Configured + Unicode),
    link: &LinkToken,
    request: &AcceptRequest,
    client: &ClientContext,
) -> Result<UserId> {
    let password = request.password.as_ref().map(|typed| ProposedPassword::new(ports, typed));
    let prefixes = password.as_ref().map(ProposedPassword::prefixes).unwrap_or_default();
    let found = check(ports, link, prefixes, request.full_name.as_deref(), client).await?;
    if found.account == Account::Confirmed {
        return Err(Error::new(Code::Unauthenticated, "Please sign in with your account first."));
    }
    let missing = || Error::field("/password", "missing_field", "Please choose a password.");
    let password = password.ok_or_else(missing)?;
    // Before there is an account: it would be one that nobody agreed to.
    if found.terms != request.terms {
        return Err(terms::not_in_force());
    }
    let surroundings = Surroundings {
        email: &found.email,
        companies: &found.names,
        product: &ports.config().product_name,
        common: &found.common,
    };
    password.check(ports, &surroundings)?;
    let account = found.user_id.map_or(AccountOfAddress::New(None), AccountOfAddress::Unconfirmed);
    confirm_account(ports, account, &found.email, &password).await
}

/// Boxed, since two routes ask for it: it would be in the module twice.
fn check<'a>(
    ports: &'a impl Database,
    link: &LinkToken,
    prefixes: Vec<String>,
    full_name: Option<&'a str>,
    client: &'a ClientContext,
) -> Pin<Box<dyn Future<Output = Result<InvitationCheck>> + 'a>> {
    let function = CheckInvitation {
        p_token_id: link.id(),
        p_token_hash: link.hash(),
        p_password_prefixes: prefixes,
        p_context: client,
        p_full_name: full_name,
    };
    Box::pin(async move {
        let found = ports.call(&function).await?;
        match found.outcome {
            InvitationOutcome::LIVE => Ok(found),
            outcome => Err(outcome.refusal()),
        }
    })
}

#[cfg(test)]
mod tests;
