//! The SQL functions of this domain.

use serde::{Deserialize, Deserializer, Serialize, de::IntoDeserializer as _};

use crate::{
    client::ClientContext,
    email_address::EmailAddress,
    id::{TokenId, UserId},
    introduction::Introduction,
    link_request::{Admission, Asked},
    ports::SqlFunction,
    terms::AcceptedTerms,
    token::{TokenHash, TokenOutcome},
};

/// Notes that somebody wants to sign up; the same single insert for every address.
#[derive(Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct RequestSignUp<'a> {
    pub p_email: EmailAddress,
    pub p_address_key: String,
    pub p_client_key: Option<String>,
    pub p_context: &'a ClientContext,
    pub p_locale: Option<&'a str>,
}

impl<'a> RequestSignUp<'a> {
    /// A request for an address, in a language.
    pub fn new(asked: Asked<'a>, locale: Option<&'a str>) -> Self {
        let Asked { p_email, p_address_key, p_client_key, p_context } = asked;
        Self { p_email, p_address_key, p_client_key, p_context, p_locale: locale }
    }
}

impl SqlFunction for RequestSignUp<'_> {
    const NAME: &'static str = "request_sign_up";
    type Output = Admission;
}

/// Looks at a link without using it up. A wrong secret counts as one of five attempts.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct CheckSignUp<'a> {
    pub p_token_id: TokenId,
    pub p_token_hash: TokenHash,
    pub p_password_prefixes: Vec<String>,
    pub p_context: &'a ClientContext,
}

impl SqlFunction for CheckSignUp<'_> {
    const NAME: &'static str = "check_sign_up";
    type Output = SignUpCheck;
}

/// A sign-up, if it can be completed.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct SignUpCheck {
    /// `live`, or why not.
    pub outcome: TokenOutcome,
    /// The address that signs up.
    #[serde(default)]
    pub email: String,
    /// SHA-256 of the common passwords behind the prefixes, in hex.
    #[serde(default)]
    pub common: Vec<String>,
    /// The versions that are in force.
    #[serde(default)]
    pub terms: AcceptedTerms,
}

/// Keeps what the person said with the link, until Auth has the account. It may be repeated.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "documented at the SQL function")]
pub struct TakeSignUp<'a> {
    pub p_token_id: TokenId,
    pub p_token_hash: TokenHash,
    pub p_introduction: Introduction<'a>,
    pub p_terms: &'a AcceptedTerms,
    pub p_context: &'a ClientContext,
}

impl SqlFunction for TakeSignUp<'_> {
    const NAME: &'static str = "take_sign_up";
    type Output = SignUpConsumption;
}

/// The answer of the database about a sign-up that goes to Auth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct SignUpConsumption {
    /// `consumed`, or why not.
    pub outcome: SignUpOutcome,
    /// The account that is to have what was said.
    pub user_id: Option<UserId>,
    /// Whether Auth does not have it yet.
    #[serde(default)]
    pub is_new: bool,
}

/// The outcome of a sign-up that was to be taken to Auth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpOutcome {
    /// The state of the link.
    Link(TokenOutcome),
    /// Other terms are in force than were accepted.
    WrongTerms,
}

impl<'de> Deserialize<'de> for SignUpOutcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match <&str>::deserialize(deserializer)? {
            "wrong_terms" => Self::WrongTerms,
            word => Self::Link(TokenOutcome::deserialize(word.into_deserializer())?),
        })
    }
}
