//! The SQL functions of this domain that people call.

use serde::{Deserialize, Serialize};

use super::{InvitationChange, InvitationStatus, Role};
use crate::{
    client::ClientContext,
    email_address::EmailAddress,
    error::Code,
    id::{CompanyId, InvitationId},
    json::Verbatim,
    ports::SqlFunction,
    seats::Seats,
};

/// Invites people, as an admin of the company.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct InviteEmployees<'a> {
    pub p_company_id: CompanyId,
    pub p_invitations: Vec<Row>,
    pub p_context: &'a ClientContext,
}

/// One of them.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct Row {
    pub index: u32,
    /// `None` where there is none.
    pub email: Option<EmailAddress>,
    pub role: Role,
    pub full_name: Option<String>,
    pub locale: Option<String>,
}

impl SqlFunction for InviteEmployees<'_> {
    const NAME: &'static str = "invite_employees";
    type Output = Invited;
    const REFUSES: &'static [Code] = &[
        Code::Unauthenticated,
        Code::Forbidden,
        Code::CompanySuspended,
        Code::DpaRequired,
        Code::NoPlan,
        Code::TooManyMails,
        Code::RateLimited,
    ];
}

/// The outcomes of the rows.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    /// By their index.
    pub results: Vec<InvitedRow>,
    /// The seats of the company afterwards.
    pub seats: Seats,
}

/// The outcome of one of them.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitedRow {
    /// Which.
    pub index: u32,
    /// Its outcome.
    pub status: InvitationStatus,
    /// The invitation that the address has, if it has one.
    pub invitation_id: Option<InvitationId>,
}

/// Mails an invitation again, as an admin of its company.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct ResendInvitation<'a> {
    pub p_invitation_id: InvitationId,
    pub p_context: &'a ClientContext,
}

impl SqlFunction for ResendInvitation<'_> {
    const NAME: &'static str = "resend_invitation";
    type Output = Verbatim<InvitationChange>;
    const REFUSES: &'static [Code] = &[
        Code::Unauthenticated,
        Code::Forbidden,
        Code::NotFound,
        Code::Conflict,
        Code::SeatLimit,
        Code::DomainNotAllowed,
        Code::Suppressed,
        Code::CompanySuspended,
        Code::DpaRequired,
        Code::NoPlan,
        Code::TooManyMails,
        Code::RateLimited,
    ];
}

/// Takes an invitation back, as an admin of its company.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct RevokeInvitation<'a> {
    pub p_invitation_id: InvitationId,
    pub p_context: &'a ClientContext,
}

impl SqlFunction for RevokeInvitation<'_> {
    const NAME: &'static str = "revoke_invitation";
    type Output = Verbatim<InvitationChange>;
    const REFUSES: &'static [Code] = &[
        Code::Unauthenticated,
        Code::Forbidden,
        Code::NotFound,
        Code::Conflict,
        Code::RateLimited,
    ];
}
