//! What callers may ask.

use serde::Deserialize;

use crate::{
    email_address::EmailAddress,
    error::{Error, Result},
    ports::Idna,
    secret::SecretString,
};

/// Body of `POST /auth-email-verify`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// The token of the link, 64 characters.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub token: SecretString,
}

/// Body of `POST /auth-email-verify/resend`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ResendRequest {
    /// The address of the account.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "email")))]
    email: String,
}

impl ResendRequest {
    /// The address, parsed.
    ///
    /// # Errors
    /// `invalid_request` at `/email`.
    pub fn address(&self, idna: &impl Idna) -> Result<EmailAddress> {
        EmailAddress::parse(idna, &self.email)
            .map_err(|_| Error::field("/email", "invalid_email", "This is no e-mail address."))
    }
}
