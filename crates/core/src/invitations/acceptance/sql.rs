//! The SQL functions of this domain.

use serde::{Deserialize, Deserializer, Serialize, de::IntoDeserializer as _};

use crate::{
    client::ClientContext,
    email_address::EmailAddress,
    error::{Code, Error},
    id::{CompanyId, TokenId, UserId},
    ports::SqlFunction,
    terms::{self, AcceptedTerms},
    token::{TokenHash, TokenOutcome},
};

/// The answer of the database about an invitation and its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationOutcome {
    /// The state of the link.
    Link(TokenOutcome),
    /// This call has accepted it.
    Accepted,
    /// The company took it back.
    Revoked,
    /// The company is suspended.
    CompanySuspended,
    /// The company has fewer seats by now.
    SeatGone,
    /// It is for another address, or for an account that is not confirmed.
    WrongAccount,
    /// Another account is signed in, and the address has none.
    NoAccount,
    /// They belong to the company, by another address.
    AlreadyMember,
    /// Other terms are in force.
    WrongTerms,
}

impl InvitationOutcome {
    /// It can be accepted.
    pub const LIVE: Self = Self::Link(TokenOutcome::Live);

    /// Why an invitation does not help its caller.
    pub fn refusal(self) -> Error {
        let (code, detail) = match self {
            Self::Accepted => return Error::internal("an outcome of another function"),
            Self::Link(TokenOutcome::Used) => {
                (Code::TokenUsed, "This invitation has been accepted.")
            }
            Self::Link(TokenOutcome::InvalidName) => return Error::invalid_name("/full_name"),
            Self::Link(token) => return token.refusal(),
            Self::Revoked => (Code::InvitationRevoked, "Please ask your company."),
            Self::CompanySuspended => (Code::CompanySuspended, "Please ask your company."),
            Self::SeatGone => (Code::SeatLimit, "Please ask your company for a seat."),
            Self::WrongAccount => {
                (Code::WrongAccount, "Please sign in with the address that was invited.")
            }
            Self::NoAccount => (
                Code::WrongAccount,
                "The invited address has no account yet. Sign out and choose a password, or join with this account.",
            ),
            Self::AlreadyMember => {
                (Code::Conflict, "You belong to this company, by another address.")
            }
            Self::WrongTerms => return terms::not_in_force(),
        };
        Error::new(code, detail)
    }
}

/// One list of words: the invitation's own, and those of every token.
impl<'de> Deserialize<'de> for InvitationOutcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match <&str>::deserialize(deserializer)? {
            "accepted" => Self::Accepted,
            "revoked" => Self::Revoked,
            "company_suspended" => Self::CompanySuspended,
            "seat_gone" => Self::SeatGone,
            "wrong_account" => Self::WrongAccount,
            "no_account" => Self::NoAccount,
            "already_member" => Self::AlreadyMember,
            "wrong_terms" => Self::WrongTerms,
            word => Self::Link(TokenOutcome::deserialize(word.into_deserializer())?),
        })
    }
}

/// Looks at a link without using it up. A wrong secret counts as one of five attempts.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct CheckInvitation<'a> {
    pub p_token_id: TokenId,
    pub p_token_hash: TokenHash,
    pub p_password_prefixes: Vec<String>,
    pub p_context: &'a ClientContext,
    pub p_full_name: Option<&'a str>,
}

impl SqlFunction for CheckInvitation<'_> {
    const NAME: &'static str = "check_invitation";
    type Output = InvitationCheck;
}

/// An invitation, if it can be accepted.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct InvitationCheck {
    /// `live`, or why not.
    pub outcome: InvitationOutcome,
    /// The company that invites.
    #[serde(default)]
    pub company: InvitingCompany,
    /// The address that was invited.
    #[serde(default)]
    pub email: String,
    /// The name that the company knows them by.
    pub full_name: Option<String>,
    /// Whether the address has an account.
    #[serde(default)]
    pub account: Account,
    /// Which.
    pub user_id: Option<UserId>,
    /// The names of the company and of those that the person belongs to.
    #[serde(default)]
    pub names: Vec<String>,
    /// SHA-256 of the common passwords behind the prefixes, in hex.
    #[serde(default)]
    pub common: Vec<String>,
    /// The versions that are in force.
    #[serde(default)]
    pub terms: AcceptedTerms,
}

/// A company, as far as whoever it invites may know.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvitingCompany {
    /// Its id.
    pub id: CompanyId,
    /// Its name.
    pub name: String,
}

/// Whether an address has an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// It has none.
    #[default]
    None,
    /// One whose address nobody has confirmed.
    Unconfirmed,
    /// One that somebody signs in with.
    Confirmed,
}

/// Accepts an invitation for a confirmed account: of its address, or of another if its
/// owner says so.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct AcceptInvitation<'a> {
    pub p_token_id: TokenId,
    pub p_token_hash: TokenHash,
    pub p_user_id: UserId,
    pub p_full_name: Option<&'a str>,
    pub p_terms: &'a AcceptedTerms,
    pub p_context: &'a ClientContext,
    pub p_own_account: bool,
    pub p_private_address: Option<PrivateAddress<'a>>,
}

/// To where the account is to move, with a name that tells nothing.
#[derive(Debug, Serialize)]
pub struct PrivateAddress<'a> {
    /// The address.
    pub email: &'a EmailAddress,
    /// By which it cools down.
    pub address_key: String,
}

impl SqlFunction for AcceptInvitation<'_> {
    const NAME: &'static str = "accept_invitation";
    type Output = Acceptance;
}

/// The outcome of an invitation that was to be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Acceptance {
    /// `accepted`, or why not.
    pub outcome: InvitationOutcome,
    /// The company that they belong to now.
    pub company_id: Option<CompanyId>,
}
