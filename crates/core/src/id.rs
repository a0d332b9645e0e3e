//! Typed identifiers: a [`UserId`] cannot be passed where a [`BatchId`] belongs.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use uuid::Uuid;

/// Where the hyphens stand (RFC 9562, 4).
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
const LENGTH: usize = 36;

/// Reads the form with hyphens, the only one that anybody writes. By hand, as [`text`] is:
/// the crate's own, with all its forms and messages, would be three kilobytes of every module.
pub fn parse(text: &str) -> Option<Uuid> {
    let mut bytes = [0; 16];
    let mut digits = 0;
    for (at, b) in text.bytes().enumerate() {
        if HYPHENS.contains(&at) {
            if b != b'-' {
                return None;
            }
        } else {
            let digit = u8::try_from(char::from(b).to_digit(16)?).ok()?;
            let byte: &mut u8 = bytes.get_mut(digits / 2)?;
            *byte = *byte << 4 | digit;
            digits += 1;
        }
    }
    (text.len() == LENGTH).then(|| Uuid::from_bytes(bytes))
}

fn text(id: Uuid) -> String {
    let mut text = hex::encode(id.as_bytes());
    for at in HYPHENS {
        text.insert(at, '-');
    }
    text
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transparent))]
        pub struct $name(
            #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "uuid")))]
            pub Uuid,
        );

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                parse(&text).map(Self).ok_or_else(|| D::Error::custom("not a UUID"))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&text(self.0))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&text(self.0))
            }
        }
    };
}

id! {
    /// A person: `auth.users.id`.
    UserId
}
id! {
    /// An employer: `companies.id`.
    CompanyId
}
id! {
    /// An invitation: `company_employee_invitations.id`.
    InvitationId
}
id! {
    /// Which plan a company has: `company_subscriptions.id`.
    SubscriptionId
}
id! {
    /// Somebody who offers sessions: `specialists.id`.
    SpecialistId
}
id! {
    /// A document of a specialist: `specialist_documents.id`.
    DocumentId
}
id! {
    /// A session that was booked: `bookings.id`.
    BookingId
}
id! {
    /// A recording of a session: `meeting_recordings.id`.
    RecordingId
}
id! {
    /// One HTTP request, as `X-Request-Id` carries it.
    RequestId
}
id! {
    /// The public part of a link token, the key of its row.
    TokenId
}
id! {
    /// A frozen batch of mails: also Resend's `Idempotency-Key`.
    BatchId
}
id! {
    /// The proof that a dispatcher still owns a batch.
    LeaseId
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_is_written_as_the_crate_writes_it_and_read_back(bits: u128) {
            let id = Uuid::from_u128(bits);
            prop_assert_eq!(text(id), id.to_string());
            prop_assert_eq!(parse(&text(id)), Some(id));
            prop_assert_eq!(parse(&text(id).to_uppercase()), Some(id));
        }

        #[test]
        fn what_is_read_is_an_id_of_that_form(text in "[0-9a-g-]{30,40}|\\PC{0,40}") {
            if let Some(id) = parse(&text) {
                prop_assert_eq!(id.to_string(), text.to_lowercase());
            }
        }
    }

    #[test]
    fn no_other_form_is_an_id() {
        let id = "8c5e81d6-1111-4222-8333-0123456789ab";
        assert!(parse(id).is_some());
        for other in [
            "",
            "8c5e81d6111142228333012345678 9ab",
            "8c5e81d611114222833301234567 89ab",
            "{8c5e81d6-1111-4222-8333-0123456789ab}",
            "urn:uuid:8c5e81d6-1111-4222-8333-0123456789ab",
            "8c5e81d6-1111-4222-8333-0123456789abc",
            "8c5e81d6-1111-4222-8333-0123456789a",
            "8c5e81d61-111-4222-8333-0123456789ab",
            "8c5e81d6-1111-4222-8333-0123456789ag",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
