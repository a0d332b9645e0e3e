//! Supabase Auth, by its admin API.

use crate::{
    email_address::EmailAddress,
    error::{Code, Error, FieldError},
    id::UserId,
    password,
    secret::SecretString,
};

/// A person to be created.
#[derive(Debug)]
pub struct NewUser {
    /// The address.
    pub email: EmailAddress,
    /// The password.
    pub password: SecretString,
    /// Whether the address counts as confirmed from the start.
    pub email_confirmed: bool,
}

/// The accounts of people.
pub trait Identity {
    /// Marks the account's address confirmed. Repeating it changes nothing.
    async fn confirm_email(&self, user: UserId) -> Result<(), IdentityError>;
    /// Sets a password and marks the address confirmed, for somebody who has proved
    /// to read its mail. Auth ends every session in the same transaction.
    async fn set_password_and_confirm(
        &self,
        user: UserId,
        password: &SecretString,
    ) -> Result<(), IdentityError>;
    /// Gives an account another address, which its owner has proved to read, and
    /// marks it confirmed. Repeating it changes nothing.
    async fn change_email(&self, user: UserId, address: &EmailAddress)
    -> Result<(), IdentityError>;
    /// Creates an account.
    async fn create_user(&self, user: &NewUser) -> Result<UserId, IdentityError>;
    /// Deletes an account.
    async fn delete_user(&self, user: UserId) -> Result<(), IdentityError>;
}

/// Why Auth did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// There is no such account.
    #[error("no such user")]
    NotFound,
    /// The address has an account already.
    #[error("the address has an account")]
    EmailExists,
    /// The password is too weak, for these reasons of Auth's
    /// (`length`, `characters`, `pwned`).
    #[error("weak password")]
    WeakPassword(Vec<String>),
    /// The password has more bytes than Auth takes.
    #[error("password too long")]
    PasswordTooLong,
    /// Auth refused for another reason, by its error code.
    #[error("refused: {0}")]
    Refused(String),
    /// It could not be reached or failed.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// It did not answer in time, and may have done it.
    #[error("timed out")]
    Timeout,
}

impl From<IdentityError> for Error {
    #[cold]
    #[inline(never)]
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::NotFound => Self::new(Code::NotFound, "This account does not exist."),
            IdentityError::EmailExists => {
                Self::new(Code::Conflict, "This address has an account already.")
            }
            IdentityError::WeakPassword(reasons) => {
                let error = Self::new(Code::RuleViolation, "Please choose a stronger password.");
                let reasons = if reasons.is_empty() { vec![String::new()] } else { reasons };
                reasons.iter().map(|reason| weakness(reason)).fold(error, Self::with_field)
            }
            // All that Auth validates of a password is its length.
            IdentityError::PasswordTooLong => {
                Self::new(Code::RuleViolation, "Please choose a shorter password.")
                    .with_field(password::refused("too_long", "Use at most 72 bytes."))
            }
            IdentityError::Refused(code) => Self::internal(format!("auth refused: {code}")),
            IdentityError::Unavailable(cause) => Self::unavailable("auth", &cause),
            IdentityError::Timeout => Self::timeout("auth"),
        }
    }
}

/// One of Auth's reasons, in the words of our own rules.
fn weakness(reason: &str) -> FieldError {
    match reason {
        "length" => password::refused("too_short", "Use more characters."),
        "characters" => password::refused("lacks_characters", "Use more kinds of characters."),
        "pwned" => password::refused("leaked", "This password is known from a data leak."),
        _ => password::refused("weak", "Use a stronger password."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_of_auth_is_a_field_error() {
        let codes = |reasons: &[&str]| -> Vec<&'static str> {
            let reasons = reasons.iter().map(|reason| (*reason).to_owned()).collect();
            let error = Error::from(IdentityError::WeakPassword(reasons));
            assert_eq!(error.code(), Code::RuleViolation);
            let problem = error.problem(crate::id::RequestId(uuid::Uuid::nil()));
            problem.errors.iter().map(|error| error.code).collect()
        };
        assert_eq!(codes(&["length", "characters"]), ["too_short", "lacks_characters"]);
        assert_eq!(codes(&["pwned", "a new one"]), ["leaked", "weak"]);
        assert_eq!(codes(&[]), ["weak"]);
    }
}
