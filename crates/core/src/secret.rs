//! Text that must never be printed.

use core::fmt;

use serde::{Deserialize, Deserializer};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;

/// A credential, token or password. `Debug` shows only that it is there, there
/// is no `Display` or `Serialize`, and comparison tells nothing by its time.
#[derive(Clone)]
pub struct SecretString(String);

impl SecretString {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself: call this only where it leaves for its one destination.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `candidate` is the secret. Their hashes are compared, in constant time, so that
    /// a guess that is nearly right, or as long as the secret, takes no longer than any other.
    pub fn matches(&self, candidate: &str) -> bool {
        let [secret, candidate] = [self.0.as_str(), candidate].map(Sha256::digest);
        secret.as_slice().ct_eq(candidate.as_slice()).into()
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretString(…)")
    }
}

impl<'de> Deserialize<'de> for SecretString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_never_shows_the_secret() {
        assert_eq!(format!("{:?}", SecretString::new("re_live_123")), "SecretString(…)");
    }

    #[test]
    fn only_the_very_secret_matches() {
        let secret = SecretString::new("sb_secret_abc");
        assert!(secret.matches("sb_secret_abc"));
        for candidate in ["", "sb_secret_ab", "sb_secret_abd", "sb_secret_abcd"] {
            assert!(!secret.matches(candidate), "{candidate:?}");
        }
    }
}
