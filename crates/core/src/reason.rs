//! Why somebody did something: told to whom it concerns, or kept in the audit log.

use crate::error::{Error, Result};

/// Refuses a reason in the field `/reason` that is none: it has 5 to 500 characters.
pub(crate) fn check(reason: Option<&str>) -> Result<()> {
    if reason.is_none_or(|reason| is_reason(reason.trim())) {
        return Ok(());
    }
    Err(Error::field("/reason", "invalid_length", "Say why in 5 to 500 characters."))
}

fn is_reason(text: &str) -> bool {
    (5..=500).contains(&text.chars().count()) && !text.contains('\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_5_to_500_characters() {
        let long = "ä".repeat(500);
        for good in [None, Some("It is."), Some("  12345 "), Some(&*long)] {
            assert!(check(good).is_ok(), "{good:?}");
        }
        let longer = "a".repeat(501);
        for bad in ["", " no   ", "12\u{0}345", &longer] {
            assert!(check(Some(bad)).is_err(), "{bad:?}");
        }
    }
}
