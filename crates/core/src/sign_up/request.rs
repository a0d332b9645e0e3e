//! The requests of callers.

use serde::Deserialize;

use crate::{
    email_address::{EmailAddress, Idna},
    error::Result,
    introduction::Introduction,
    link_request,
    secret::SecretString,
    terms::AcceptedTerms,
};

/// Body of `POST /auth-sign-up`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignUpRequest {
    /// The address that the account is to have.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "email")))]
    email: String,
    /// The language of the mail (BCP 47), as `en` or `pt-BR`; English where we have no other.
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    locale: Option<String>,
}

impl SignUpRequest {
    pub(super) fn new_address(&self, idna: &impl Idna) -> Result<EmailAddress> {
        link_request::new_address(idna, &self.email)
    }

    pub(super) fn locale(&self) -> Result<Option<&str>> {
        let said = Introduction { locale: self.locale.as_deref(), ..Introduction::default() };
        Ok(said.checked()?.locale)
    }
}

/// Body of `POST /auth-sign-up/preview`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PreviewSignUpRequest {
    /// The token of the link: what follows `#token=`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub token: SecretString,
}

/// Body of `POST /auth-sign-up/complete`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CompleteSignUpRequest {
    /// The token of the link: what follows `#token=`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub token: SecretString,
    /// The password: 12 characters to 72 bytes of UTF-8.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "password")))]
    pub password: SecretString,
    /// Their name. Nothing that cannot be seen, and no link.
    #[cfg_attr(feature = "schema", schemars(length(max = 100)))]
    pub display_name: Option<String>,
    /// Their language (BCP 47), as `en` or `pt-BR`.
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub locale: Option<String>,
    /// Their time zone, as `Europe/Lisbon`; `UTC` where it is none.
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub time_zone: Option<String>,
    /// The terms that they accept.
    pub terms: AcceptedTerms,
}

impl CompleteSignUpRequest {
    pub(super) fn introduction(&self) -> Result<Introduction<'_>> {
        let [display_name, locale, time_zone] =
            [&self.display_name, &self.locale, &self.time_zone].map(Option::as_deref);
        Introduction { display_name, locale, time_zone }.checked()
    }
}
