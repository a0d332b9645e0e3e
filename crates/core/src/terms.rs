//! The terms that people accept with a new account.

use serde::{Deserialize, Serialize};

use crate::error::{Code, Error, Result};

/// The versions of the documents that a person accepts, as the preview names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AcceptedTerms {
    /// The terms of use.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 32)))]
    pub terms: String,
    /// The privacy notice.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 32)))]
    pub privacy: String,
}

impl AcceptedTerms {
    /// # Errors
    /// `invalid_request` for what is no version.
    pub fn check(&self) -> Result<()> {
        for (pointer, version) in [("/terms/terms", &self.terms), ("/terms/privacy", &self.privacy)]
        {
            if !is_version(version) {
                return Err(Error::field(pointer, "invalid_value", "This is no version."));
            }
        }
        Ok(())
    }
}

/// The refusal of terms that are not in force, or no longer.
pub fn not_in_force() -> Error {
    Error::new(Code::VersionNotInForce, "Please read the present version, and accept it.")
}

fn is_version(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
}
