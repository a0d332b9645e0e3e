//! The requests of callers.

use serde::Deserialize;

use crate::{
    email_address::{EmailAddress, Idna},
    error::{Error, Result},
    ports::is_storable,
    secret::SecretString,
    terms::AcceptedTerms,
};

/// Body of `POST /company-invitation-accept/preview`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// The token of the link: what follows `#token=`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub token: SecretString,
}

/// Body of `POST /company-invitation-accept`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptRequest {
    /// The token of the link: what follows `#token=`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub token: SecretString,
    /// A password for the new account: 12 characters to 72 bytes of UTF-8. Nothing
    /// for whoever is signed in.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("format" = "password")))]
    pub password: Option<SecretString>,
    /// Their name; the one that they have, where it is left out. Nothing that cannot be
    /// seen, and no link.
    #[cfg_attr(feature = "schema", schemars(length(max = 100)))]
    pub full_name: Option<String>,
    /// Whether whoever is signed in joins with their account, though it has another
    /// address than the one that was invited.
    #[serde(default)]
    pub own_account: bool,
    /// An address of their own, to which the account moves once it is confirmed from
    /// there. The company does not learn it.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "email")))]
    pub private_email: Option<String>,
    /// The terms that they accept.
    pub terms: AcceptedTerms,
}

impl AcceptRequest {
    pub(super) fn private_address(&self, idna: &impl Idna) -> Result<Option<EmailAddress>> {
        let typed = self.private_email.as_deref().filter(|typed| !typed.trim().is_empty());
        let parse = |typed| EmailAddress::parse_new(idna, typed);
        typed.map(parse).transpose().map_err(|_| {
            Error::field("/private_email", "invalid_email", "This is no e-mail address.")
        })
    }

    pub(super) fn check(&self) -> Result<()> {
        if !self.full_name.as_deref().is_none_or(is_storable) {
            return Err(Error::invalid_name("/full_name"));
        }
        self.terms.check()
    }
}
