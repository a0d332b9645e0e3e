//! The subject that the cases run against.

use chrono::TimeDelta;
use evenkeel_core::{
    EmailAddress, SecretString,
    email_address::Idna,
    id::{TokenId, UserId},
    outbox::{
        Batch, Claim, ClaimEmails, DispatchPorts, Outcome, QueuedToken, SettleEmails, Settled,
        Settlement, Stream,
    },
    ports::{Identity, Mail, NewUser},
    testing::{MailerFault, PASSWORD},
};

/// How long the claims of the cases last, in seconds.
pub(crate) const LEASE_SECONDS: u32 = 120;

/// Whatever has the core's ports, and lets a case set the scene.
///
/// Every subject starts with an empty queue, nothing paused, and two templates: the one of a
/// mail with a link, and the one of a [`Draft`].
pub trait Subject: DispatchPorts + Identity {
    /// An address of this subject alone.
    fn address(&self, name: &str) -> EmailAddress;
    /// Lets time pass: everything stored happened so much earlier.
    fn advance(&self, by: TimeDelta);
    /// Queues a mail, and answers its id.
    fn enqueue(&self, draft: &Draft) -> i64;
    /// Queues a mail to somebody new with a link to confirm the address, and answers its token.
    fn mail_link(&self, name: &str) -> TokenId;
    /// The account that a token was issued for is erased.
    fn erase_owner(&self, token: TokenId);
    /// The row of a mail in the log.
    fn logged(&self, mail: i64) -> Logged;
    /// Whether Auth counts a person's address as confirmed.
    fn is_confirmed(&self, person: UserId) -> bool;
    /// A fault of the mailer at the next request.
    fn next_delivery(&self, fault: MailerFault);
    /// The mailer refuses every batch with this recipient.
    fn refuse_recipient(&self, address: &EmailAddress);
    /// The mails that the mailer took.
    fn delivered(&self) -> Vec<Mail>;
}

/// A mail to be queued.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The recipient.
    pub to: EmailAddress,
    /// `security`, `account`, `booking` or `reminder`.
    pub category: &'static str,
    /// Which dispatcher sends it.
    pub stream: Stream,
    /// Whether its variables have a calendar entry, if none that can be sent.
    pub has_calendar: bool,
}

impl Draft {
    /// A mail about a booking.
    pub(crate) fn to(to: EmailAddress) -> Self {
        Self { to, category: "booking", stream: Stream::Mail, has_calendar: false }
    }
}

/// What the log says of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// `queued`, `sent`, `failed` or `skipped`.
    pub status: String,
    /// The mailer's id.
    pub message_id: Option<String>,
    /// Why it was not sent.
    pub error_code: Option<String>,
}

impl Logged {
    /// A mail that ended without being sent.
    pub(crate) fn unsent(status: &str, code: &str) -> Self {
        Self { status: status.to_owned(), message_id: None, error_code: Some(code.to_owned()) }
    }

    /// A mail that the mailer took.
    pub(crate) fn sent(message_id: &str) -> Self {
        Self {
            status: "sent".to_owned(),
            message_id: Some(message_id.to_owned()),
            error_code: None,
        }
    }

    /// A mail whose end is open.
    pub(crate) fn queued() -> Self {
        Self { status: "queued".to_owned(), message_id: None, error_code: None }
    }
}

/// Domains that are ASCII already, as those of the cases are.
pub(crate) struct AsciiDomains;

impl Idna for AsciiDomains {
    fn domain_to_ascii(&self, domain: &str) -> Option<String> {
        domain.is_ascii().then(|| domain.to_ascii_lowercase())
    }
}

/// What most cases do, in one line.
pub(crate) trait Steps: Subject {
    /// Somebody signs up, and has not confirmed the address.
    async fn sign_up(&self, name: &str) -> UserId {
        self.create_user(&account(self.address(name), false)).await.unwrap()
    }

    /// Somebody who has confirmed the address.
    async fn member(&self, name: &str) -> UserId {
        self.create_user(&account(self.address(name), true)).await.unwrap()
    }

    /// Queues so many mails about bookings.
    fn enqueue_many(&self, count: usize) -> Vec<i64> {
        let drafts = (1..=count).map(|n| Draft::to(self.address(&format!("person{n}"))));
        drafts.map(|draft| self.enqueue(&draft)).collect()
    }

    async fn claim(&self) -> Claim {
        self.claim_at_most(5_000).await
    }

    async fn claim_at_most(&self, limit: u32) -> Claim {
        self.call(&claim_of(Stream::Mail, limit)).await.unwrap()
    }

    /// Claims what must be one batch.
    async fn claim_one(&self) -> Batch {
        let claim = self.claim().await;
        assert_eq!(claim.batches.len(), 1, "one batch is due");
        claim.batches.into_iter().next().unwrap()
    }

    async fn settle(&self, settlement: Settlement) -> Settled {
        self.call(&SettleEmails { p_results: &[settlement] }).await.unwrap()
    }

    /// The token of the only mail that is due.
    async fn token_of_the_mail(&self) -> QueuedToken {
        let batch = self.claim_one().await;
        assert_eq!(batch.mails.len(), 1, "a mail with a token is alone");
        batch.mails[0].token.clone().expect("a token")
    }

    fn seconds_pass(&self, seconds: i64) {
        self.advance(TimeDelta::seconds(seconds));
    }

    /// Whoever holds a lease has lost it.
    fn leases_run_out(&self) {
        self.seconds_pass(i64::from(LEASE_SECONDS) + 1);
    }
}

impl<S: Subject> Steps for S {}

pub(crate) fn account(email: EmailAddress, email_confirmed: bool) -> NewUser {
    NewUser { id: None, email, password: SecretString::new(PASSWORD), email_confirmed }
}

/// A claim of a stream, of at most so many mails.
pub fn claim_of(stream: Stream, limit: u32) -> ClaimEmails {
    ClaimEmails { p_stream: stream, p_limit: limit, p_lease_seconds: LEASE_SECONDS }
}

/// The mails of a batch, in its order.
pub(crate) fn ids(batch: &Batch) -> Vec<i64> {
    batch.mails.iter().map(|mail| mail.id).collect()
}

/// The mails of a claim, in any order.
pub(crate) fn sorted_ids(claim: &Claim) -> Vec<i64> {
    let mut all: Vec<i64> = claim.batches.iter().flat_map(ids).collect();
    all.sort_unstable();
    all
}

/// What became of a batch, and nothing beside it.
pub fn settlement(batch: &Batch, outcome: Outcome) -> Settlement {
    Settlement {
        batch_id: batch.id,
        lease: batch.lease,
        outcome,
        message_ids: Vec::new(),
        error_code: None,
        retry_after_seconds: None,
        spent: None,
    }
}
