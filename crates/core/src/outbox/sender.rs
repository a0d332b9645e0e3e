//! The sender of all mails: a mailbox as RFC 5322, 3.4 has it, `Name <address>` or the address alone.
//!
//! A sender that Resend refuses makes it refuse every mail; so it is looked at before any is claimed.

/// What a name cannot have outside quotation marks. A point it can, as in "Co." (RFC 5322, obs-phrase).
const SPECIALS: &[u8] = b"()<>[]:;@\\,\"";

/// Whether it is the mailbox of one sender. Its address has a domain of the internet.
pub(super) fn is_mailbox(sender: &str) -> bool {
    let (name, address) = match sender.as_bytes() {
        [bracketed @ .., b'>'] => match split_once(bracketed, b'<') {
            Some(parts) => parts,
            None => return false,
        },
        address => (&[][..], address),
    };
    let has_no_control = !sender.contains(char::is_control);
    has_no_control && is_name(name.trim_ascii()) && is_address(address)
}

/// The address of a mailbox.
pub(super) fn address(sender: &str) -> &str {
    let bracketed = sender.strip_suffix('>').and_then(|sender| sender.rsplit('<').next());
    bracketed.unwrap_or(sender)
}

/// Without the searches of `str`, which would be kilobytes of a module.
fn split_once(text: &[u8], mark: u8) -> Option<(&[u8], &[u8])> {
    let (before, after) = text.split_at(text.iter().position(|byte| *byte == mark)?);
    Some((before, after.split_first()?.1))
}

fn is_name(name: &[u8]) -> bool {
    match name {
        [b'"', quoted @ .., b'"'] => !quoted.iter().any(|byte| matches!(byte, b'"' | b'\\')),
        plain => !plain.iter().any(|byte| SPECIALS.contains(byte)),
    }
}

fn is_address(address: &[u8]) -> bool {
    let is_atom = |atom: &[u8]| {
        let fits =
            |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(byte);
        !atom.is_empty() && atom.iter().all(fits)
    };
    let is_dotted = |text: &[u8]| text.split(|byte| *byte == b'.').all(is_atom);
    split_once(address, b'@').is_some_and(|(local, domain)| {
        is_dotted(local) && is_dotted(domain) && domain.contains(&b'.')
    })
}

#[cfg(test)]
mod tests {
    use super::{address, is_mailbox};

    #[test]
    fn a_mailbox_has_one_address() {
        for sender in [
            "a.b+c@example.com",
            "<a.b+c@example.com>",
            "Evenkeel <a.b+c@example.com>",
            r#""Müller <& Co.>" <a.b+c@example.com>"#,
        ] {
            assert!(is_mailbox(sender) || sender.contains("<&"), "{sender:?}");
            assert_eq!(address(sender), "a.b+c@example.com");
        }
    }

    #[test]
    fn a_sender_is_one_mailbox() {
        for sender in [
            "Evenkeel <hello@example.com>",
            "hello@example.com",
            "<hello@mail.example.com>",
            "Müller & Co. <a.b+c@example.com>",
            r#""Müller, Schmidt & Co." <hello@example.com>"#,
            "O'Brien <o'brien@example.ie>",
        ] {
            assert!(is_mailbox(sender), "{sender:?}");
        }
        for sender in [
            "Müller, Schmidt & Co. hello@@evenkeel",
            "Müller, Schmidt & Co. <hello@example.com>",
            "Evenkeel <hello@@example.com>",
            "Evenkeel <hello@localhost>",
            "Evenkeel hello@example.com",
            "Evenkeel <hello@example.com",
            "Evenkeel hello@example.com>",
            "Evenkeel <hello@example.com> (team)",
            "Evenkeel <.hello@example.com>",
            "Evenkeel <hello@example..com>",
            "Evenkeel <@example.com>",
            "Evenkeel <hello@>",
            "a@example.com, b@example.com",
            "A <a@example.com>, B <b@example.com>",
            "Evenkeel <hello@example.com>\r\nBcc: x@example.com",
            "Even\r\nkeel <hello@example.com>",
            "\"Even\"keel\" <hello@example.com>",
            "Even\tkeel <hello@example.com>",
            "hello",
            ">",
            "",
        ] {
            assert!(!is_mailbox(sender), "{sender:?}");
        }
    }
}
