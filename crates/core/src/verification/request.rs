//! The requests of callers.

use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    ports::is_storable,
    secret::SecretString,
};

/// The longest name of a language or a time zone that is looked at.
const LONGEST_NAME: usize = 64;

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

/// The introduction of a person.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "documented at the request")]
pub struct Introduction<'a> {
    pub display_name: Option<&'a str>,
    pub locale: Option<&'a str>,
    pub time_zone: Option<&'a str>,
}

impl VerifyRequest {
    /// The introduction, if there is one.
    pub(super) fn introduction(&self) -> Result<Option<Introduction<'_>>> {
        let display_name = self.display_name.as_deref();
        if !display_name.is_none_or(is_storable) {
            return Err(Error::invalid_name("/display_name"));
        }
        let [locale, time_zone] = [&self.locale, &self.time_zone].map(Option::as_deref);
        for (pointer, value) in [("/locale", locale), ("/time_zone", time_zone)] {
            if value.is_some_and(|value| value.len() > LONGEST_NAME || !is_storable(value)) {
                return Err(Error::field(pointer, "invalid_value", "There is no such one."));
            }
        }
        let said = display_name.or(locale).or(time_zone).is_some();
        Ok(said.then_some(Introduction { display_name, locale, time_zone }))
    }
}
