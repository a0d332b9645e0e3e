//! E-mail addresses: parsed once, then trusted.

use core::fmt;

use serde::Serialize;

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
///
/// The local part takes the unquoted characters of RFC 5322 (`dot-atom`), which
/// is what mail providers accept; lower-casing it is what Supabase Auth does.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

/// The text is no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct InvalidEmailAddress;

impl EmailAddress {
    /// Parses and normalises an address. The IDNA tables are a port: the
    /// platform has them, and in a module they would weigh more than the rest.
    ///
    /// # Errors
    /// [`InvalidEmailAddress`] where the text is none.
    pub fn parse(idna: &impl Idna, text: &str) -> Result<Self, InvalidEmailAddress> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(InvalidEmailAddress)?;
        let local = local.to_ascii_lowercase();
        let domain = ascii_domain(idna, domain)?;
        if !is_dot_atom(&local) || local.len() + 1 + domain.len() > ADDRESS_LIMIT {
            return Err(InvalidEmailAddress);
        }
        Ok(Self(format!("{local}@{domain}")))
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

fn is_dot_atom(local: &str) -> bool {
    local.len() <= LOCAL_PART_LIMIT
        && local.split('.').all(|atom| {
            !atom.is_empty()
                && atom
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
        })
}

fn ascii_domain(idna: &impl Idna, domain: &str) -> Result<String, InvalidEmailAddress> {
    let domain = if domain.is_ascii() {
        domain.to_ascii_lowercase()
    } else {
        idna.domain_to_ascii(domain).ok_or(InvalidEmailAddress)?
    };
    let labels = domain.split('.').count();
    let valid = labels >= 2 && domain.split('.').all(is_label);
    // A numeric last label would be an IP address without its brackets.
    let numeric =
        domain.rsplit('.').next().is_some_and(|tld| tld.bytes().all(|b| b.is_ascii_digit()));
    if valid && !numeric { Ok(domain) } else { Err(InvalidEmailAddress) }
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

    fn parse(text: &str) -> Option<String> {
        EmailAddress::parse(&World::new(), text).ok().map(|address| address.as_str().to_owned())
    }

    #[test]
    fn addresses_are_normalised() {
        let cases = [
            ("  Ada@Example.COM ", "ada@example.com"),
            ("ada+tag@example.com", "ada+tag@example.com"),
            ("o'brien@example.ie", "o'brien@example.ie"),
            ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long_domain = format!("a@{}example.com", "a1234567.".repeat(30));
        let cases = [
            "",
            "@",
            "ada",
            "ada@",
            "@example.com",
            "ada@localhost",
            "ada@@example.com",
            "a b@example.com",
            ".ada@example.com",
            "ada.@example.com",
            "a..b@example.com",
            "ada@-example.com",
            "ada@example-.com",
            "ada@exa_mple.com",
            "ada@127.0.0.1",
            "\"ada\"@example.com",
            "ada@example.com\r\nBcc: b@example.com",
            "ädä@example.com",
            &long_local,
            &long_domain,
        ];
        for text in cases {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent_and_never_yields_control_characters(text in "\\PC{0,40}@\\PC{0,40}") {
            if let Some(once) = parse(&text) {
                prop_assert_eq!(parse(&once), Some(once.clone()));
                prop_assert!(once.bytes().all(|b| b.is_ascii_graphic()));
            }
        }
    }
}
