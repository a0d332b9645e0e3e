//! The ports in memory: a [`World`] that behaves like the running system as far
//! as the core can see it, holds still, and fails on command.
//!
//! The conformance suite (`tests/conformance`) runs the same cases against this
//! world and, over HTTP, against the running platform, so that the two cannot
//! drift apart. A rule of the database, of Auth or of the mailer that is added
//! here needs its case there.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "a test double panics where a test has a mistake"
)]

mod accounts;
mod companies;
mod documents;
mod email_changes;
mod invitations;
mod mailer;
mod outbox;
mod scenes;
mod token_requests;
mod tokens;

use std::{
    cell::{Cell, RefCell},
    task::Poll,
};

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use icu_normalizer::ComposingNormalizerBorrowed;
use serde_json::Value;

pub use self::{
    accounts::MemoryAccount,
    companies::{Companies, MemoryCompany, MemoryMember, MemoryPlan, MemorySubscription},
    documents::{Documents, MemoryDocument, MemoryFile},
    email_changes::MemoryEmailChange,
    invitations::MemoryInvitation,
    mailer::{Mailbox, MailerFault},
    outbox::{MemoryMail, Outbox, Preferences, Suppression},
    scenes::PASSWORD,
    token_requests::TokenRequests,
    tokens::{MemoryToken, Tokens},
};
use crate::{
    access_token::AccessToken,
    config::Config,
    email_address::Idna,
    error::Error,
    id::{SubscriptionId, UserId},
    outbox::Stream,
    ports::{
        Clock, Configured, Database, DatabaseError, Entropy, Functions, IdentityError, LocalTime,
        SqlFunction, Telemetry, Unicode,
    },
    token::Purpose,
};

/// The key that test tokens are derived from.
pub const TOKEN_KEY: &str = "test-key-test-key-test-key-test-key";

/// A fault of a database call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseFault {
    /// Fail before anything happened.
    Before,
    /// Commit, and lose the answer.
    After,
}

/// Everything outside the core.
pub struct World {
    config: Config,
    now: Cell<DateTime<Utc>>,
    entropy: Cell<u64>,
    /// The accounts of people.
    pub accounts: RefCell<Vec<MemoryAccount>>,
    /// Companies and their plans.
    pub companies: RefCell<Companies>,
    /// Documents of specialists, and their files.
    pub documents: RefCell<Documents>,
    /// Tokens, and requests for them.
    pub tokens: RefCell<Tokens>,
    /// Changes of address, in the order in which they were asked for.
    pub email_changes: RefCell<Vec<MemoryEmailChange>>,
    /// SHA-256 of common passwords, in hex.
    pub common_passwords: RefCell<Vec<String>>,
    /// Queued mail.
    pub outbox: RefCell<Outbox>,
    /// The mails that the mailer has taken.
    pub mailbox: RefCell<Mailbox>,
    /// Faults for the next database calls, first come first served; `None` works.
    pub database_faults: RefCell<Vec<Option<DatabaseFault>>>,
    /// Faults for the next calls of Auth.
    pub identity_faults: RefCell<Vec<IdentityError>>,
    /// Whether Auth does what it is told, and does not answer in time.
    pub auth_answers_are_lost: Cell<bool>,
    /// The users whose address Auth has been told to confirm.
    pub confirmed: RefCell<Vec<UserId>>,
    /// The reports to operators.
    pub reports: RefCell<Vec<String>>,
    /// How often `email-dispatch` was kicked.
    pub kicks: Cell<u32>,
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
            entropy: Cell::new(0),
            accounts: RefCell::default(),
            companies: RefCell::new(Companies {
                terms_version: "2026-11".to_owned(),
                ..Companies::default()
            }),
            documents: RefCell::default(),
            tokens: RefCell::default(),
            email_changes: RefCell::default(),
            common_passwords: RefCell::default(),
            outbox: RefCell::default(),
            mailbox: RefCell::default(),
            database_faults: RefCell::default(),
            identity_faults: RefCell::default(),
            auth_answers_are_lost: Cell::default(),
            confirmed: RefCell::default(),
            reports: RefCell::default(),
            kicks: Cell::default(),
        }
    }

    /// Lets time pass.
    pub fn advance(&self, by: TimeDelta) {
        self.now.set(self.now.get() + by);
    }

    fn database_fault(&self) -> Option<DatabaseFault> {
        let mut faults = self.database_faults.borrow_mut();
        if faults.is_empty() { None } else { faults.remove(0) }
    }

    fn execute(&self, name: &'static str, arguments: &Value) -> Result<Value, DatabaseError> {
        match name {
            "claim_emails" => return self.claim(arguments),
            "check_invitation" => return Ok(self.check_invitation(arguments)),
            "accept_invitation" => return Ok(self.accept_invitation(arguments)),
            "use_email_change_link" => return Ok(self.use_email_change_link(arguments)),
            "record_reviewed_copy" => return self.record_reviewed_copy(arguments),
            "orphaned_files" => return Ok(self.orphaned_files(arguments)),
            _ => {}
        }
        let now = self.now.get();
        let accounts = self.accounts.borrow();
        let mut tokens = self.tokens.borrow_mut();
        Ok(match name {
            "consume_email_verification" => tokens.consume_verification(arguments, &accounts, now),
            "request_email_verification" => {
                tokens.requests.request(Purpose::EmailVerification, arguments, now)
            }
            "request_password_reset" => {
                tokens.requests.request(Purpose::PasswordReset, arguments, now)
            }
            "request_email_change" => tokens.requests.request(Purpose::EmailChange, arguments, now),
            "check_password_reset" => {
                tokens.check_reset(arguments, &accounts, &self.common_passwords.borrow(), now)
            }
            "consume_password_reset" => tokens.consume_reset(arguments, &accounts, now),
            "release_password_reset" => tokens.release_reset(arguments),
            "seal_token_hashes" => tokens.seal(arguments),
            "settle_emails" => self.outbox.borrow_mut().settle(arguments, now),
            name => panic!("the in-memory database has no function {name}"),
        })
    }

    fn execute_as(
        &self,
        person: Option<UserId>,
        name: &'static str,
        arguments: &Value,
    ) -> Result<Value, DatabaseError> {
        match name {
            "assign_company_plan" => {
                let id = SubscriptionId(self.uuid());
                self.companies.borrow_mut().assign(person, arguments, id, self.now())
            }
            "invite_employees" => self.invite(person, arguments),
            "resend_invitation" => self.change_invitation(person, arguments, true),
            "revoke_invitation" => self.change_invitation(person, arguments, false),
            "specialist_verification_queue" => self.document_queue(person, arguments),
            "start_document_review" => self.open_document(person, arguments),
            "decide_document" => self.decide_document(person, arguments),
            "current_user_id" => Ok(serde_json::json!(person)),
            name => panic!("the in-memory database has no function {name} for people"),
        }
    }

    /// The first step of a claim: requests that wait become links and mails.
    pub fn process_requests(&self) {
        let members = self.companies.borrow().invited_addresses();
        let mut tokens = self.tokens.borrow_mut();
        let taken = tokens.take_requests(&self.accounts.borrow(), &members, self.now.get());
        drop(tokens);
        for (purpose, account) in &taken.entitled {
            self.issue(*purpose, account);
        }
        for change in &taken.changes {
            self.issue_email_change(change.user_id, &change.address, change.may_mail);
        }
    }

    fn claim(&self, arguments: &Value) -> Result<Value, DatabaseError> {
        let now = self.now.get();
        if argument::<Stream>(arguments, "p_stream") == Stream::Mail {
            self.process_requests();
        }
        self.outbox.borrow_mut().claim(arguments, &self.tokens.borrow(), now)
    }
}

fn argument<T: serde::de::DeserializeOwned>(arguments: &Value, name: &str) -> T {
    serde_json::from_value(arguments[name].clone())
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The answer of PostgreSQL to arguments that it does not take.
fn refused(code: &str) -> DatabaseError {
    DatabaseError::Refused {
        code: code.to_owned(),
        status: 400,
        message: String::new(),
        details: None,
    }
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

impl Configured for World {
    fn config(&self) -> &Config {
        &self.config
    }
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

impl World {
    async fn execute_or_fail<F: SqlFunction>(
        &self,
        function: &F,
        execute: impl FnOnce(&Value) -> Result<Value, DatabaseError>,
    ) -> Result<F::Output, DatabaseError> {
        yield_now().await;
        let fault = self.database_fault();
        if fault == Some(DatabaseFault::Before) {
            return Err(DatabaseError::Unavailable("down".to_owned()));
        }
        let arguments = serde_json::to_value(function).expect("arguments serialise");
        let answer = execute(&arguments)?;
        if fault == Some(DatabaseFault::After) {
            return Err(DatabaseError::Timeout);
        }
        serde_json::from_value(answer).map_err(|_| DatabaseError::Malformed(F::NAME))
    }
}

impl Database for World {
    async fn call<F: SqlFunction>(&self, function: &F) -> Result<F::Output, DatabaseError> {
        self.execute_or_fail(function, |arguments| self.execute(F::NAME, arguments)).await
    }

    async fn call_as<F: SqlFunction>(
        &self,
        person: &AccessToken,
        function: &F,
    ) -> Result<F::Output, DatabaseError> {
        self.execute_or_fail(function, |arguments| {
            self.execute_as(self.person_of(person), F::NAME, arguments)
        })
        .await
    }
}

impl Clock for World {
    fn now(&self) -> DateTime<Utc> {
        self.now.get()
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
    fn format(&self, wall: NaiveDateTime, locale: &str) -> Option<String> {
        Some(format!("{} in {locale}", wall.format("%F %H:%M")))
    }
}

impl Idna for World {
    fn domain_to_ascii(&self, domain: &str) -> Option<String> {
        idna::domain_to_ascii_strict(domain).ok()
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

impl Functions for World {
    fn kick_email_dispatch(&self) {
        self.kicks.set(self.kicks.get() + 1);
    }
}
