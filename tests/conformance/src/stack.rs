//! The running platform as a subject: what `./scripts/start` starts, found as
//! the other tests find it, and a mail sink of our own.
//!
//! The ports of the database, Auth and the mailer come from
//! [`evenkeel_core::upstream`], as in a function.

mod clock;
mod environment;
mod http;
mod platform;
mod scene;
mod sealed_log;
mod sink;

use std::cell::RefCell;

use chrono::{NaiveDateTime, TimeDelta};
use evenkeel_core::{
    Config, EmailAddress, Error,
    email_address::Idna,
    id::{TokenId, UserId},
    ports::{Configured, Entropy, Identity as _, LocalTime, Mail, Precision, Telemetry},
    testing::MailerFault,
};

pub use self::sealed_log::SealedLog;
use self::{platform::Platform, sink::Sink};
use crate::subject::{AsciiDomains, Draft, Logged, Subject, account};

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
    fn format(&self, wall: NaiveDateTime, _: Precision, _: &str) -> Option<String> {
        Some(wall.format("%F %H:%M").to_string())
    }
}

impl Idna for Stack {
    fn domain_to_ascii(&self, domain: &str) -> Option<String> {
        AsciiDomains.domain_to_ascii(domain)
    }
}

impl Telemetry for Stack {
    fn report(&self, error: &Error) {
        self.reports.borrow_mut().push(error.to_string());
    }
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

    fn mail_link(&self, name: &str) -> TokenId {
        let address = self.address(name);
        pollster::block_on(self.create_user(&account(address.clone(), false))).unwrap();
        self.platform.borrow_mut().verification_token(&address)
    }

    fn erase_owner(&self, token: TokenId) {
        self.platform.borrow_mut().erase_owner(token);
    }

    fn logged(&self, mail: i64) -> Logged {
        self.platform.borrow_mut().logged(mail)
    }

    fn is_confirmed(&self, person: UserId) -> bool {
        self.platform.borrow_mut().is_confirmed(person)
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
