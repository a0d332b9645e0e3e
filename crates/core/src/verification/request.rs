//! The requests of callers.

use serde::Deserialize;

use crate::{error::Result, introduction::Introduction, secret::SecretString};

/// Body of `POST /auth-email-verify`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VerifyRequest {
    /// The token of the link: what follows `#token=`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub token: SecretString,
    /// Their name. The first confirmation clears what came with the sign-up, since
    /// somebody else may have sent it, and keeps what is said here. Nothing that cannot
    /// be seen, and no link.
    #[cfg_attr(feature = "schema", schemars(length(max = 100)))]
    pub display_name: Option<String>,
    /// Their language (BCP 47), as `en` or `pt-BR`.
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub locale: Option<String>,
    /// Their time zone, as `Europe/Lisbon`; `UTC` where it is none.
    #[cfg_attr(feature = "schema", schemars(length(max = 64)))]
    pub time_zone: Option<String>,
}

impl VerifyRequest {
    /// The introduction, if there is one.
    pub(super) fn introduction(&self) -> Result<Option<Introduction<'_>>> {
        let [display_name, locale, time_zone] =
            [&self.display_name, &self.locale, &self.time_zone].map(Option::as_deref);
        let said = Introduction { display_name, locale, time_zone }.checked()?;
        Ok((!said.is_empty()).then_some(said))
    }
}
