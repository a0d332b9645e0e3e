//! The requests of callers.

use serde::Deserialize;

use crate::{
    error::{Error, Result},
    ports::is_storable,
};

/// The longest targeting key, in characters.
const MOST_CHARACTERS: usize = 200;

/// Body of `POST /feature-flags/ofrep/v1/evaluate/flags`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EvaluateRequest {
    /// About whom it is.
    pub context: Context,
}

/// A context as `OpenFeature` has it. What else is in it is not looked at.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Context {
    /// Who falls into a share by it: any text that stays the same, of up to 200 characters, and no personal data. Does not count
    /// for who has signed in, who is themselves.
    #[serde(rename = "targetingKey")]
    #[cfg_attr(feature = "schema", schemars(length(max = 200), regex(pattern = r"^[^\x00]*$")))]
    pub targeting_key: Option<String>,
}

impl EvaluateRequest {
    pub(super) fn targeting_key(&self) -> Result<Option<&str>> {
        let key = self.context.targeting_key.as_deref();
        let fits = |key: &str| key.chars().count() <= MOST_CHARACTERS && is_storable(key);
        if key.is_none_or(fits) {
            return Ok(key);
        }
        let detail = "A targeting key has up to 200 characters.";
        Err(Error::field("/context/targetingKey", "invalid_length", detail))
    }
}
