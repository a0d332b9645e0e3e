//! The rules of passwords.
//!
//! As NIST SP 800-63B (3.1.1.2) and OWASP's Authentication Cheat Sheet have it:
//! length instead of composition, and none that is guessed first. Everything is
//! measured in normalisation form C, so that one password is one sequence of
//! bytes on every keyboard, and nothing is ever cut off.

use sha2::{Digest as _, Sha256};

use crate::{
    error::{Code, Error, FieldError, Result},
    ports::Unicode,
    secret::SecretString,
};

/// The fewest code points. `supabase/config.toml` tells Auth the same.
const SHORTEST: usize = 12;
/// The most bytes: what bcrypt reads.
const LONGEST: usize = 72;
/// A name that is shorter says nothing about a password that contains it.
const SHORTEST_NAME: usize = 4;
/// Hexadecimal digits of a digest that the database is shown.
const PREFIX: usize = 4;

/// A password that somebody would like to have.
pub struct ProposedPassword {
    normal: SecretString,
    /// The entries of attackers' lists for it: in lower case, and that without
    /// the digits and signs around it.
    words: Vec<SecretString>,
}

/// Words that make a password guessable for one person.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The address that they sign in with.
    pub email: &'a str,
    /// The names of their companies.
    pub companies: &'a [String],
    /// The name of the product.
    pub product: &'a str,
    /// SHA-256 of common passwords, in hex: those behind [`ProposedPassword::prefixes`].
    pub common: &'a [String],
}

/// A rule that a password breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Violation {
    TooShort,
    TooLong,
    ControlCharacter,
    Common,
    ContainsEmail,
    ContainsName,
}

impl ProposedPassword {
    /// Normalises what was typed.
    pub fn new(unicode: &impl Unicode, typed: &SecretString) -> Self {
        let normal = unicode.nfc(typed.expose());
        let lower = unicode.lower_case(&normal);
        let mut words = vec![SecretString::new(core_of(&lower)), SecretString::new(lower)];
        words.dedup_by(|last, core| last.expose() == core.expose());
        Self { normal: SecretString::new(normal), words }
    }

    /// The form that Auth is to keep.
    pub fn normal(&self) -> &SecretString {
        &self.normal
    }

    /// Where to look among common passwords: so few digits of the digests that
    /// whoever is asked learns neither the password nor a digest of it
    /// (k-anonymity).
    pub fn prefixes(&self) -> Vec<String> {
        self.digests().map(|digest| digest.get(..PREFIX).unwrap_or_default().to_owned()).collect()
    }

    fn digests(&self) -> impl Iterator<Item = String> {
        let words = self.words.iter().filter(|word| !word.expose().is_empty());
        words.map(|word| hex::encode(Sha256::digest(word.expose())))
    }

    /// Whether it may be the password of somebody in these surroundings.
    ///
    /// # Errors
    /// `rule_violation`, with every rule that is broken.
    pub fn check(&self, unicode: &impl Unicode, surroundings: &Surroundings<'_>) -> Result<()> {
        let violations = self.violations(unicode, surroundings);
        if violations.is_empty() {
            return Ok(());
        }
        let error = Error::new(Code::RuleViolation, "Please choose another password.");
        Err(violations.into_iter().fold(error, |error, violation| {
            error.with_field(refused(violation.code(), violation.detail()))
        }))
    }

    fn violations(
        &self,
        unicode: &impl Unicode,
        surroundings: &Surroundings<'_>,
    ) -> Vec<Violation> {
        let text = self.normal.expose();
        // Up to a plus tag, which is no name.
        let end = surroundings.email.bytes().position(|b| b == b'@' || b == b'+');
        let local_part = surroundings.email.get(..end.unwrap_or_default()).unwrap_or_default();
        let common = self.digests().any(|digest| surroundings.common.contains(&digest));
        let bare = bare(unicode, text);
        let contains = |name: &str| is_inside(&bare, &self::bare(unicode, name));
        let companies = surroundings.companies.iter().any(|name| contains(name));
        let rules = [
            (code_points(text.as_bytes()) < SHORTEST, Violation::TooShort),
            (text.len() > LONGEST, Violation::TooLong),
            (text.chars().any(is_control), Violation::ControlCharacter),
            (common, Violation::Common),
            (contains(local_part), Violation::ContainsEmail),
            (contains(surroundings.product) || companies, Violation::ContainsName),
        ];
        rules.into_iter().filter_map(|(broken, violation)| broken.then_some(violation)).collect()
    }
}

impl Violation {
    const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::ControlCharacter => "control_character",
            Self::Common => "common",
            Self::ContainsEmail => "contains_email",
            Self::ContainsName => "contains_name",
        }
    }

    const fn detail(self) -> &'static str {
        match self {
            Self::TooShort => "Use at least 12 characters.",
            Self::TooLong => "Use at most 72 bytes: about 72 letters, fewer with accents.",
            Self::ControlCharacter => "Use no control characters: nobody can type them again.",
            Self::Common => "This is one of the passwords that are guessed first.",
            Self::ContainsEmail => "Leave your e-mail address out of it.",
            Self::ContainsName => "Leave the names of your company and of this product out of it.",
        }
    }
}

/// A field error at the password.
pub(crate) fn refused(code: &'static str, detail: &str) -> FieldError {
    FieldError { pointer: "/password".to_owned(), code, detail: detail.to_owned() }
}

/// Without the digits and signs around it.
fn core_of(text: &str) -> &str {
    let around = |b: u8| b.is_ascii() && !b.is_ascii_alphabetic();
    let from = text.bytes().position(|b| !around(b)).unwrap_or(text.len());
    let to = text.bytes().rposition(|b| !around(b)).map_or(from, |last| last + 1);
    text.get(from..to).unwrap_or_default()
}

/// In lower case, without spaces and signs, so that "North-Wind" is "northwind".
fn bare(unicode: &impl Unicode, text: &str) -> Vec<u8> {
    let lower = unicode.lower_case(&unicode.nfc(text));
    lower.bytes().filter(|b| !b.is_ascii() || b.is_ascii_alphanumeric()).collect()
}

fn is_inside(password: &[u8], name: &[u8]) -> bool {
    code_points(name) >= SHORTEST_NAME && password.windows(name.len()).any(|part| part == name)
}

/// Of UTF-8: every byte but those that continue one.
fn code_points(text: &[u8]) -> usize {
    text.iter().filter(|b| **b & 0xc0 != 0x80).count()
}

/// General category Cc.
pub(crate) fn is_control(character: char) -> bool {
    matches!(character, '\0'..='\x1f' | '\x7f'..='\u{9f}')
}

#[cfg(test)]
mod tests;
