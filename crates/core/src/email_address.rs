//! E-mail addresses: parsed once, then trusted.
//!
//! The database has the same two rules, `private.email_address()` and `private.new_email_address()`;
//! all of them are held to `tests/agreement/addresses.jsonl`.

use core::fmt;

use serde::Serialize;

/// The longest address that an account may have, in bytes.
const ACCOUNT_LIMIT: usize = 320;
/// The longest address (RFC 5321, 4.5.3.1.3: a path of 256 less its brackets).
const ADDRESS_LIMIT: usize = 254;
/// The longest local part (RFC 5321, 4.5.3.1.1).
const LOCAL_PART_LIMIT: usize = 64;

/// Internationalised domain names.
pub trait Idna {
    /// The ASCII form of a domain (UTS 46), `None` if it has none.
    fn domain_to_ascii(&self, domain: &str) -> Option<String>;
}

/// A normalised address: trimmed, lower case, its domain in ASCII (IDNA,
/// UTS 46). A plus tag stays: it belongs to the address.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

/// The text is no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct InvalidEmailAddress;

impl EmailAddress {
    /// Parses and normalises an address that an account may have: whatever Auth takes, which
    /// is more than mail providers do. The IDNA tables are a port: the platform has them, and in
    /// a module they would weigh more than the rest.
    ///
    /// # Errors
    /// [`InvalidEmailAddress`] where the text is none.
    pub fn parse(idna: &impl Idna, text: &str) -> Result<Self, InvalidEmailAddress> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(InvalidEmailAddress)?;
        let local = local.to_ascii_lowercase();
        let domain = if domain.is_ascii() {
            domain.to_ascii_lowercase()
        } else {
            idna.domain_to_ascii(domain).ok_or(InvalidEmailAddress)?
        };
        let is_one = is_local_part(&local)
            && domain.split('.').all(is_label)
            && local.len() + 1 + domain.len() <= ACCOUNT_LIMIT;
        if is_one { Ok(Self([&*local, "@", &domain].concat())) } else { Err(InvalidEmailAddress) }
    }

    /// Parses an address that we may be the first to write to: one that a provider delivers to
    /// (RFC 5321), in the unquoted characters of RFC 5322 (`dot-atom`).
    ///
    /// # Errors
    /// [`InvalidEmailAddress`] where the text is none.
    pub fn parse_new(idna: &impl Idna, text: &str) -> Result<Self, InvalidEmailAddress> {
        let address = Self::parse(idna, text)?;
        if is_deliverable(&address.0) { Ok(address) } else { Err(InvalidEmailAddress) }
    }

    /// An address that was parsed before it was stored.
    pub fn from_database(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EmailAddress {
    /// Addresses are personal: nothing prints one by accident.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EmailAddress(…)")
    }
}

/// Anything but a space, a control character, and what separates it from the domain.
fn is_local_part(local: &str) -> bool {
    !local.is_empty() && local.bytes().all(|b| b > b' ' && b != b'@' && b != b'\x7f')
}

fn is_deliverable(address: &str) -> bool {
    let Some((local, domain)) = address.split_once('@') else {
        return false;
    };
    // A numeric last label would be an IP address without its brackets.
    let top = domain.rsplit_once('.').map_or("0", |(_, top)| top);
    address.len() <= ADDRESS_LIMIT && is_dot_atom(local) && !top.bytes().all(|b| b.is_ascii_digit())
}

fn is_dot_atom(local: &str) -> bool {
    local.len() <= LOCAL_PART_LIMIT
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
        })
}

/// Letters, digits and inner hyphens, at most 63 (RFC 1035, 2.3.4).
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::World;

    type Parse = fn(&World, &str) -> Result<EmailAddress, InvalidEmailAddress>;

    fn parsed(parse: Parse, text: &str) -> Option<String> {
        parse(&World::new(), text).ok().map(|address| address.as_str().to_owned())
    }

    #[test]
    fn the_database_says_the_same() {
        let lines = include_str!("../../../tests/agreement/addresses.jsonl").lines();
        let cases: Vec<(String, Option<String>, Option<String>)> =
            lines.map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(cases.len() > 3000);
        for (text, account, new) in &cases {
            assert_eq!(&parsed(EmailAddress::parse, text), account, "{text:?}");
            assert_eq!(&parsed(EmailAddress::parse_new, text), new, "{text:?}");
        }
    }

    #[test]
    fn whatever_an_account_has_is_read_and_not_mailed_unasked() {
        let long = format!("{}@example.com", "a".repeat(65));
        for text in ["hanako..abe.@docomo.test", "ada@localhost", "\"ada\"@example.com", &long] {
            assert_eq!(parsed(EmailAddress::parse, text).as_deref(), Some(text));
            assert_eq!(parsed(EmailAddress::parse_new, text), None, "{text}");
        }
    }

    #[test]
    fn a_header_or_a_second_address_is_none() {
        for text in
            ["ada@example.com\r\nBcc: b@example.com", "a@example.com, b@example.com", "a@b@c.test"]
        {
            assert_eq!(parsed(EmailAddress::parse, text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent_and_never_yields_spaces_or_line_breaks(text in "\\PC{0,40}@\\PC{0,40}") {
            for parse in [EmailAddress::parse as Parse, EmailAddress::parse_new] {
                if let Some(once) = parsed(parse, &text) {
                    prop_assert_eq!(parsed(parse, &once), Some(once.clone()));
                    prop_assert!(!once.contains([' ', '\r', '\n', '\0']));
                }
            }
        }
    }
}
