//! The needs of the core from outside, as traits.
//!
//! In production everything stands on two of them, [`Http`] and
//! [`Configured`]: `upstream` speaks the wire formats over these and
//! gives [`Database`], [`Identity`], [`Mailer`], [`ObjectStore`] and [`Checkpoints`] to whoever
//! has both. In tests `testing::World` is all of them: a database that is scripted, the others
//! in memory.
//!
//! Nothing is `Send`: a wasm isolate has one thread, and static dispatch keeps
//! unused ports out of a module.

#![allow(async_fn_in_trait, reason = "static dispatch on one thread: no caller names the future")]

mod database;
mod http;
mod identity;
mod mailer;
mod object_store;

use chrono::{DateTime, NaiveDateTime, Utc};

pub(crate) use self::database::is_storable;
pub use self::{
    database::{Database, DatabaseError, SqlFunction},
    http::{Http, HttpMethod, HttpRequest, HttpResponse, REFUSAL_LIMIT, TransportError},
    identity::{Identity, IdentityError, NewUser},
    mailer::{Attachment, Delivery, Mail, Mailer, MailerError, OneClickHeaders, Pace, Tag},
    object_store::{Object, ObjectStore, ObjectStoreError},
};
use crate::{config::Config, error::Error};

/// A host that has been configured.
pub trait Configured {
    /// The validated configuration.
    fn config(&self) -> &Config;
}

/// The environment variables, for a secret that one function alone needs. The others are in [`Config`].
pub trait Environment {
    /// A variable, if it is set.
    fn variable(&self, name: &'static str) -> Option<String>;
}

/// Time.
pub trait Clock {
    /// The present.
    fn now(&self) -> DateTime<Utc>;
    /// Waits.
    async fn sleep(&self, milliseconds: u32);
}

/// Randomness from the platform's cryptographic source.
pub trait Entropy {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);

    /// A random UUID, version 4.
    fn uuid(&self) -> uuid::Uuid {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// A number in `0..=1`, to spread retries.
    fn fraction(&self) -> f64 {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
    }
}

/// Dates for people.
pub trait LocalTime {
    /// A wall time in the words of a locale (BCP 47), Gregorian and in Latin digits, for example
    /// "Monday, 4 May 2026 at 14:30", or its day alone. `None` if the locale is unknown.
    fn format(&self, wall: NaiveDateTime, precision: Precision, locale: &str) -> Option<String>;
}

/// How much of a wall time is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// The day, and the time of day to the minute.
    Minute,
    /// The day alone.
    Day,
}

/// Unicode beyond ASCII, whose tables the platform has.
pub trait Unicode {
    /// Normalisation form C (UAX 15).
    fn nfc(&self, text: &str) -> String;
    /// Lower case, of no language in particular.
    fn lower_case(&self, text: &str) -> String;
}

/// Reports of what went wrong without failing the request.
pub trait Telemetry {
    /// Tells the operators.
    fn report(&self, error: &Error);
}

/// Where checkpoints of the audit log go, so that there is something outside to hold it against.
pub trait Checkpoints {
    /// Sends one. It may be sent again.
    async fn post_checkpoint(&self, url: &str, note: &str) -> Result<(), Error>;
}

/// The other functions.
pub trait Functions {
    /// Starts `email-dispatch` in the background, seconds after the answer. A kick
    /// may be lost: the cron job comes by within a minute.
    fn kick_email_dispatch(&self);
}
