//! The requests of callers.

use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    id::{CompanyId, InvitationId},
};

/// The most rows of one request.
const MOST_ROWS: usize = 100;

/// Body of `POST /company-invite-employee`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InviteRequest {
    /// The company that they are invited to.
    pub company_id: CompanyId,
    /// Whom to invite.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 100)))]
    pub invitations: Vec<Invitee>,
}

/// Somebody to be invited. What one of the fields cannot be is told in the result of the row.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Invitee {
    /// Their address.
    pub email: String,
    /// Their role, in capitals or not; an employee if left out.
    // Text, so that what is no role costs the other rows nothing.
    #[cfg_attr(feature = "schema", schemars(with = "Option<Role>"))]
    pub role: Option<String>,
    /// Suggested to them as their name: up to 100 characters, nothing that cannot be seen,
    /// and no link.
    pub full_name: Option<String>,
    /// The language of the mail (BCP 47, `de` or `de-AT`; `de_at` is the same); the company's
    /// if left out.
    pub locale: Option<String>,
}

/// The role of somebody in a company.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Books sessions.
    #[default]
    Employee,
    /// Also sees who the members are.
    Manager,
    /// Also changes them, and invites.
    Admin,
}

impl Role {
    /// The role of a word, an employee's if there is none.
    pub(super) fn read(word: Option<&str>) -> Option<Self> {
        match word.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "" | "employee" => Some(Self::Employee),
            "manager" => Some(Self::Manager),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }
}

/// Body of `POST /company-invite-employee/resend` and `/revoke`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InvitationRequest {
    /// Which invitation.
    pub invitation_id: InvitationId,
}

impl InviteRequest {
    pub(super) fn check(&self) -> Result<()> {
        if (1..=MOST_ROWS).contains(&self.invitations.len()) {
            return Ok(());
        }
        let detail = "Invite 1 to 100 people at a time.";
        Err(Error::field("/invitations", "invalid_length", detail))
    }
}
