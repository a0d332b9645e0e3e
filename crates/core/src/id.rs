//! Typed identifiers: a [`UserId`] cannot be passed where a [`BatchId`] belongs.

use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(
            #[cfg_attr(feature = "schema", schemars(with = "String", extend("format" = "uuid")))]
            pub Uuid,
        );

        impl<'de> Deserialize<'de> for $name {
            /// From text alone: the crate's own implementation, with all its forms and
            /// messages, would be a tenth of a module.
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Uuid::try_parse(&text).map(Self).map_err(|_| D::Error::custom("not a UUID"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
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
