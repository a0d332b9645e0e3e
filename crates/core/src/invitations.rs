//! Inviting people to a company.
//!
//! Each row of a request has a result of its own. What an address and a role are, is decided
//! here; whether it may be invited, and whether there is a seat for it, by the
//! database, behind the lock of the company, as the admin who asks:
//! `invite_employees`. The mails are queued in the same transaction.

pub mod acceptance;
mod address;
pub mod operations;
mod request;
mod rows;
mod sql;

use serde::{Deserialize, Serialize};

use self::rows::Rows;
pub use self::{
    request::{InvitationRequest, InviteRequest, Invitee, Role},
    sql::{InviteEmployees, Invited, InvitedRow, ResendInvitation, RevokeInvitation, Row},
};
use crate::{
    access_token::AccessToken,
    client::ClientContext,
    email_address::Idna,
    error::Result,
    id::InvitationId,
    json::Verbatim,
    ports::{Database, DatabaseError, Functions, SqlFunction},
    seats::Seats,
};

/// The outcome of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvitationStatus {
    /// A link is on its way.
    Invited,
    /// The address was invited before; a new link is on its way, and the old one void.
    Resent,
    /// The address is that of a member.
    AlreadyMember,
    /// The address has an invitation that holds, or stood in the request before.
    AlreadyInvited,
    /// Every seat is taken.
    SeatLimit,
    /// `email` is no address.
    InvalidEmail,
    /// `role` is no role.
    InvalidRole,
    /// `full_name` is no name.
    InvalidName,
    /// `locale` is no language.
    InvalidLocale,
    /// The company invites from other domains.
    DomainNotAllowed,
    /// The address takes no mail from us, or had enough of it today.
    Suppressed,
}

/// Answer of `POST /company-invite-employee`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InviteResponse {
    /// One for each row of the request, in its order.
    pub results: Vec<InvitationResult>,
    /// The seats of the company afterwards.
    pub seats: Seats,
}

/// The result of one row.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvitationResult {
    /// Which row, from 0.
    pub index: u32,
    /// The address as it was understood; as it was sent if it is none.
    pub email: String,
    /// Its outcome.
    pub status: InvitationStatus,
    /// The invitation that the address has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation_id: Option<InvitationId>,
}

/// A change of an invitation: the answer of `/resend` and `/revoke`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvitationChange {
    /// Which.
    pub invitation_id: InvitationId,
    /// The change.
    pub status: ChangeStatus,
    /// The seats of the company afterwards.
    pub seats: Seats,
}

/// The change of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeStatus {
    /// A new link is on its way, and the old one void.
    Resent,
    /// No link works any more, and the seat is free.
    Revoked,
}

/// Invites up to 100 people.
///
/// # Errors
/// `invalid_request`, `unauthenticated`; `forbidden` for whoever is no admin of the
/// company; `company_suspended`, `dpa_required`, `no_plan`.
pub async fn invite(
    ports: &(impl Database + Functions + Idna),
    person: &AccessToken,
    request: &InviteRequest,
    client: &ClientContext,
) -> Result<InviteResponse> {
    request.check()?;
    let rows = Rows::of(ports, &request.invitations);
    let function = InviteEmployees {
        p_company_id: request.company_id,
        p_invitations: rows.distinct(),
        p_context: client,
    };
    let answer = ports.call_as(person, &function).await;
    let invited = answer.map_err(DatabaseError::for_caller)?;
    ports.kick_email_dispatch();
    rows.merge(&invited)
}

/// Mails an invitation again, with a new link; one that has expired, too.
///
/// # Errors
/// `unauthenticated`, `not_found`; `conflict` for what was accepted or revoked;
/// `seat_limit`, `domain_not_allowed`, `suppressed`, `company_suspended`,
/// `dpa_required`, `no_plan`; `too_many_mails`.
pub async fn resend(
    ports: &(impl Database + Functions),
    person: &AccessToken,
    request: &InvitationRequest,
    client: &ClientContext,
) -> Result<Verbatim<InvitationChange>> {
    let function = ResendInvitation { p_invitation_id: request.invitation_id, p_context: client };
    let change = change(ports, person, &function).await?;
    ports.kick_email_dispatch();
    Ok(change)
}

/// Takes an invitation back. Repeating it changes nothing.
///
/// # Errors
/// `unauthenticated`, `not_found`, `conflict` for what was accepted.
pub async fn revoke(
    ports: &impl Database,
    person: &AccessToken,
    request: &InvitationRequest,
    client: &ClientContext,
) -> Result<Verbatim<InvitationChange>> {
    let function = RevokeInvitation { p_invitation_id: request.invitation_id, p_context: client };
    change(ports, person, &function).await
}

async fn change<F: SqlFunction<Output = Verbatim<InvitationChange>>>(
    ports: &impl Database,
    person: &AccessToken,
    function: &F,
) -> Result<Verbatim<InvitationChange>> {
    ports.call_as(person, function).await.map_err(DatabaseError::for_caller)
}

#[cfg(test)]
mod tests;
