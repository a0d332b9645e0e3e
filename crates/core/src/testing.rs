//! The ports in tests: a [`World`] that holds still, remembers its calls, and fails on command.
//!
//! The database has no tables here: it answers what a test scripts ([`Script`]). Its rules are
//! tested where they live, in `supabase/tests/database`, and that Rust and SQL mean the same by a
//! call, in `tests/conformance/tests/wire`. Its one part that is played is the outbox, whose
//! promise, each mail exactly once, is about the very states in between. That, the mailer
//! and Auth are held against the real ones by the cases of `tests/conformance`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a test double panics where a test has a mistake"
)]

mod accounts;
mod mailer;
mod object_store;
mod outbox;
mod script;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    task::Poll,
};

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use icu_normalizer::ComposingNormalizerBorrowed;
use serde_json::Value;

pub use self::{
    accounts::{MemoryAccount, PASSWORD, signed_in},
    mailer::{Mailbox, MailerFault},
    object_store::{MemoryFile, MemoryFiles},
    outbox::{MemoryMail, Outbox},
    script::{DatabaseFault, Script},
};
use crate::{
    client::ClientContext,
    config::Config,
    email_address::Idna,
    error::Error,
    id::RequestId,
    ports::{
        Checkpoints, Clock, Configured, Entropy, Environment, Functions, IdentityError, LocalTime,
        Precision, SqlFunction, Telemetry, Unicode,
    },
};

/// The key that test tokens are derived from.
pub const TOKEN_KEY: &str = "test-key-test-key-test-key-test-key";

/// The key that notes are sealed with.
pub const NOTE_KEY: &str = "k1:bm90ZS1rZXktb2YtdGhlLXRlc3RzLTAxMjM0NTY3ODk=";

/// The key that checkpoints of the audit log are signed with.
pub const AUDIT_KEY: &str =
    "PRIVATE+KEY+evenkeel.test/audit+3e333d2b+AWF1ZGl0LWtleS1vZi10aGUtdGVzdHMtMDEyMzQ1Njc4";

/// Everything outside the core.
pub struct World {
    pub(crate) config: Config,
    now: Cell<DateTime<Utc>>,
    entropy: Cell<u64>,
    calls: RefCell<Vec<Call>>,
    /// The variables that a function asks for by itself.
    pub variables: RefCell<BTreeMap<&'static str, String>>,
    /// The answers of the database.
    pub database: Script,
    /// Queued mail.
    pub outbox: RefCell<Outbox>,
    /// The mails that the mailer has taken.
    pub mailbox: RefCell<Mailbox>,
    /// The accounts of people.
    pub accounts: RefCell<Vec<MemoryAccount>>,
    /// Refusals of Auth at its next calls, first come first served.
    pub identity_faults: RefCell<VecDeque<IdentityError>>,
    /// The files of Storage.
    pub files: RefCell<MemoryFiles>,
    /// The checkpoints that were posted, and where to.
    pub checkpoints: RefCell<Vec<(String, String)>>,
    /// Whether whoever keeps checkpoints takes none.
    pub takes_no_checkpoints: Cell<bool>,
    /// The reports to operators.
    pub reports: RefCell<Vec<String>>,
    /// How often `email-dispatch` was kicked.
    pub kicks: Cell<u32>,
    /// How far the clock of the function is ahead of the database's.
    pub ahead: Cell<TimeDelta>,
}

/// A call of the database, of Auth or of Storage.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The SQL function, or `auth.confirm_email`, `storage.copy` and their like.
    pub name: &'static str,
    /// By name.
    pub arguments: Value,
    /// The access token of the person as whom it was made; `None` for the service.
    pub person: Option<String>,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// An empty world on a Monday morning.
    pub fn new() -> Self {
        Self {
            config: Config::load(environment).expect("the test environment is complete"),
            now: Cell::new(Utc.with_ymd_and_hms(2026, 5, 4, 8, 0, 0).single().expect("an instant")),
            entropy: Cell::default(),
            calls: RefCell::default(),
            variables: RefCell::new(BTreeMap::from([
                ("NOTE_KEYS", NOTE_KEY.to_owned()),
                ("AUDIT_KEYS", AUDIT_KEY.to_owned()),
            ])),
            database: Script::default(),
            outbox: RefCell::default(),
            mailbox: RefCell::default(),
            accounts: RefCell::default(),
            identity_faults: RefCell::default(),
            files: RefCell::default(),
            checkpoints: RefCell::default(),
            takes_no_checkpoints: Cell::default(),
            reports: RefCell::default(),
            kicks: Cell::default(),
            ahead: Cell::new(TimeDelta::zero()),
        }
    }

    /// Lets time pass.
    pub fn advance(&self, by: TimeDelta) {
        self.now.set(self.now.get() + by);
    }

    /// The names of the calls so far, in their order; they are forgotten then.
    pub fn calls(&self) -> Vec<&'static str> {
        self.calls.take().iter().map(|call| call.name).collect()
    }

    /// The latest call of a SQL function.
    pub fn asked<F: SqlFunction>(&self) -> Call {
        self.latest(F::NAME)
    }

    /// The latest call of a name.
    pub fn latest(&self, name: &str) -> Call {
        let calls = self.calls.borrow();
        let call = calls.iter().rev().find(|call| call.name == name);
        call.unwrap_or_else(|| panic!("{name} was not called")).clone()
    }

    fn note(&self, name: &'static str, arguments: Value, person: Option<String>) {
        self.calls.borrow_mut().push(Call { name, arguments, person });
    }
}

/// A client that is known by nothing.
pub fn client() -> ClientContext {
    ClientContext::new(RequestId(uuid::Uuid::nil()), None, None)
}

fn environment(name: &'static str) -> Option<String> {
    let value = match name {
        "SUPABASE_URL" => "http://supabase.test",
        "SUPABASE_SECRET_KEYS" => r#"{"default":"sb_secret_default"}"#,
        "CRON_SECRET_KEY" => "cron-key-of-the-tests-0123456789abcdef",
        "SUPABASE_PUBLISHABLE_KEYS" => r#"{"default":"sb_publishable_default"}"#,
        "SITE_URL" => "https://app.test",
        "TOKEN_KEYS" => TOKEN_KEY,
        "RESEND_API_KEY" => "re_test",
        "MAIL_FROM" => "Evenkeel <hello@app.test>",
        _ => return None,
    };
    Some(value.to_owned())
}

/// Lets whoever else is under way go first, as a call over a network does.
async fn yield_now() {
    let mut yielded = false;
    core::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if core::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

impl Configured for World {
    fn config(&self) -> &Config {
        &self.config
    }
}

impl Environment for World {
    fn variable(&self, name: &'static str) -> Option<String> {
        self.variables.borrow().get(name).cloned()
    }
}

impl Clock for World {
    fn now(&self) -> DateTime<Utc> {
        self.now.get() + self.ahead.get()
    }

    async fn sleep(&self, milliseconds: u32) {
        self.advance(TimeDelta::milliseconds(i64::from(milliseconds)));
    }
}

impl Entropy for World {
    /// Counts, so that every id differs and every run is the same.
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(size_of::<u64>()) {
            self.entropy.set(self.entropy.get() + 1);
            // Spread over all bits: a `fraction` looks at the first four bytes alone.
            let spread = self.entropy.get().wrapping_mul(0x9e37_79b9_7f4a_7c15);
            chunk.copy_from_slice(&spread.to_le_bytes()[..chunk.len()]);
        }
    }
}

impl LocalTime for World {
    fn format(&self, wall: NaiveDateTime, precision: Precision, locale: &str) -> Option<String> {
        let form = if precision == Precision::Day { "%F" } else { "%F %H:%M" };
        Some(format!("{} in {locale}", wall.format(form)))
    }
}

impl Idna for World {
    /// As a parser of hosts, to which what ends in a number is an IP address.
    fn domain_to_ascii(&self, domain: &str) -> Option<String> {
        let ascii = idna::domain_to_ascii_strict(domain).ok()?;
        let last = ascii.rsplit('.').next()?;
        let is_hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
        let is_number =
            last.bytes().all(|b| b.is_ascii_digit()) || last.strip_prefix("0x").is_some_and(is_hex);
        (!is_number).then_some(ascii)
    }
}

impl Unicode for World {
    fn nfc(&self, text: &str) -> String {
        ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
    }

    fn lower_case(&self, text: &str) -> String {
        text.to_lowercase()
    }
}

impl Telemetry for World {
    fn report(&self, error: &Error) {
        self.reports.borrow_mut().push(error.to_string());
    }
}

impl Checkpoints for World {
    async fn post_checkpoint(&self, url: &str, note: &str) -> Result<(), Error> {
        if self.takes_no_checkpoints.get() {
            return Err(Error::unavailable("checkpoints", "status 500"));
        }
        self.checkpoints.borrow_mut().push((url.to_owned(), note.to_owned()));
        Ok(())
    }
}

impl Functions for World {
    fn kick_email_dispatch(&self) {
        self.kicks.set(self.kicks.get() + 1);
    }
}
