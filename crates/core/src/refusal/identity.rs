//! Refusals of Auth, in the words of our own rules.

use crate::{
    error::{Code, Error, FieldError},
    password,
    ports::IdentityError,
};

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
