//! The requests of callers.

use serde::Deserialize;

use crate::secret::SecretString;

/// Body of `POST /auth-password-reset-complete`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ResetPasswordRequest {
    /// The token of the link: what follows `#token=`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub token: SecretString,
    /// The new password: 12 characters to 72 bytes of UTF-8. It is kept in
    /// normalisation form C; a sign-in must normalise what was typed alike.
    #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "password")))]
    pub password: SecretString,
}
