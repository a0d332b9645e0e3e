//! What people say of themselves, behind a link that only they read.

use serde::Serialize;

use crate::{
    error::{Error, Result},
    ports::is_storable,
    token::TokenOutcome,
};

/// The longest name of a language or a time zone that is looked at.
const LONGEST_NAME: usize = 64;

/// The introduction of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Introduction<'a> {
    /// Their name.
    pub display_name: Option<&'a str>,
    /// Their language (BCP 47).
    pub locale: Option<&'a str>,
    /// Their time zone.
    pub time_zone: Option<&'a str>,
}

impl Introduction<'_> {
    /// Itself, where the database can look at it.
    ///
    /// # Errors
    /// `invalid_request` for what cannot be stored.
    pub fn checked(self) -> Result<Self> {
        if !self.display_name.is_none_or(is_storable) {
            return Err(Error::invalid_name("/display_name"));
        }
        for (pointer, value) in [("/locale", self.locale), ("/time_zone", self.time_zone)] {
            if value.is_some_and(|value| value.len() > LONGEST_NAME || !is_storable(value)) {
                return Err(Error::field(pointer, "invalid_value", "There is no such one."));
            }
        }
        Ok(self)
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.display_name.or(self.locale).or(self.time_zone).is_none()
    }
}

/// Why a link does not help somebody who introduced themselves with it.
pub fn refusal(outcome: TokenOutcome) -> Error {
    match outcome {
        TokenOutcome::InvalidName => Error::invalid_name("/display_name"),
        TokenOutcome::InvalidLocale => {
            Error::field("/locale", "invalid_locale", "A language is as de or pt-BR.")
        }
        outcome => outcome.refusal(),
    }
}
