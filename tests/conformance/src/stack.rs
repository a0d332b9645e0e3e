//! The running platform as a subject: what `./scripts/start` starts, found as
//! the other tests find it, and a mail sink of our own.
//!
//! The ports of the database, Auth and the mailer come from
//! [`evenkeel_core::upstream`], as in a function.

mod clock;
mod environment;
mod http;
mod platform;
mod sink;

use std::cell::RefCell;

use chrono::{NaiveDateTime, TimeDelta};
use evenkeel_core::{
    AccessToken, Config, EmailAddress, Error,
    email_address::Idna,
    id::{CompanyId, DocumentId, UserId},
    ports::{Configured, Entropy, Functions, LocalTime, Mail, Telemetry, Unicode},
    testing::{MailerFault, Suppression},
};

use self::{platform::Platform, sink::Sink};
use crate::subject::{AsciiDomains, Draft, Logged, Subject};

/// One test's hold on the platform. Others wait until it is dropped.
pub struct Stack {
    config: Config,
    agent: ureq::Agent,
    platform: RefCell<Platform>,
    sink: Sink,
    reports: RefCell<Vec<String>>,
}

impl Stack {
    /// Takes the platform over, its queue set aside.
    pub fn open() -> Self {
        let variables = environment::read();
        let sink = Sink::start();
        let config = environment::config(&variables, &sink.url);
        let platform = Platform::take_over(&variables["DATABASE_URL"]);
        Self {
            config,
            agent: http::agent(),
            platform: RefCell::new(platform),
            sink,
            reports: RefCell::default(),
        }
    }
}

impl Configured for Stack {
    fn config(&self) -> &Config {
        &self.config
    }
}

impl Entropy for Stack {
    #[allow(clippy::disallowed_methods, reason = "this is the port")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

impl LocalTime for Stack {
    fn format(&self, wall: NaiveDateTime, _: &str) -> Option<String> {
        Some(wall.format("%F %H:%M").to_string())
    }
}

impl Idna for Stack {
    fn domain_to_ascii(&self, domain: &str) -> Option<String> {
        AsciiDomains.domain_to_ascii(domain)
    }
}

/// Of the cases' passwords, which are ASCII.
impl Unicode for Stack {
    fn nfc(&self, text: &str) -> String {
        assert!(text.is_ascii());
        text.to_owned()
    }

    fn lower_case(&self, text: &str) -> String {
        text.to_ascii_lowercase()
    }
}

impl Telemetry for Stack {
    fn report(&self, error: &Error) {
        self.reports.borrow_mut().push(error.to_string());
    }
}

/// While a test holds the platform, nothing is dispatched but by the test.
impl Functions for Stack {
    fn kick_email_dispatch(&self) {}
}

impl Subject for Stack {
    fn address(&self, name: &str) -> EmailAddress {
        let domain = self.platform.borrow().domain();
        EmailAddress::parse(&AsciiDomains, &format!("{name}@{domain}")).unwrap()
    }

    fn advance(&self, by: TimeDelta) {
        self.platform.borrow_mut().advance(by);
    }

    fn enqueue(&self, draft: &Draft) -> i64 {
        self.platform.borrow_mut().enqueue(draft)
    }

    fn logged(&self, mail: i64) -> Logged {
        self.platform.borrow_mut().logged(mail)
    }

    fn suppress(&self, address: &EmailAddress, reason: Suppression) {
        self.platform.borrow_mut().suppress(address, reason);
    }

    fn switch_off(&self, person: UserId, category: &str) {
        self.platform.borrow_mut().switch_off(person, category);
    }

    fn quiet(&self, person: UserId, hours: i64) {
        self.platform.borrow_mut().quiet(person, hours);
    }

    fn change_address(&self, person: UserId, address: &EmailAddress) {
        self.platform.borrow_mut().change_address(person, address);
    }

    fn is_confirmed(&self, person: UserId) -> bool {
        self.platform.borrow_mut().is_confirmed(person)
    }

    fn sign_in(&self, _: UserId, name: &str) -> AccessToken {
        http::sign_in(&self.agent, &self.config, &self.address(name))
    }

    fn end_sessions(&self, person: UserId) {
        self.platform.borrow_mut().end_sessions(person);
    }

    fn appoint(&self, person: UserId) {
        self.platform.borrow_mut().appoint(person);
    }

    fn found(&self, members: &[(UserId, &str)]) -> CompanyId {
        self.platform.borrow_mut().found(members)
    }

    fn subscribe(&self, company: CompanyId, seats: u32) {
        self.platform.borrow_mut().subscribe(company, seats);
    }

    fn offer(&self, seats: u32, trial_days: u32) -> String {
        self.platform.borrow_mut().offer(seats, trial_days)
    }

    fn withdraw(&self, plan: &str) {
        self.platform.borrow_mut().withdraw(plan);
    }

    fn hand_in(&self, specialist: UserId, announced: &[u8], stored: Option<&[u8]>) -> DocumentId {
        let (id, path) = self.platform.borrow_mut().announce(specialist, announced);
        if let Some(stored) = stored {
            http::upload(&self.agent, &self.config, &path, stored);
        }
        id
    }

    fn next_delivery(&self, fault: MailerFault) {
        self.sink.fault(&self.agent, &fault);
    }

    fn refuse_recipient(&self, address: &EmailAddress) {
        self.sink.refuse(&self.agent, address);
    }

    fn delivered(&self) -> Vec<Mail> {
        self.sink.delivered(&self.agent)
    }
}
