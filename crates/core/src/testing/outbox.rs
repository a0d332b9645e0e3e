//! The outbox in memory, with the claims, seals and settlements of the SQL one. Whether a mail is
//! still wanted, the SQL one alone decides.

mod settlement;

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    id::{BatchId, LeaseId, TokenId},
    outbox::{Batch, Claim, QueuedMail, SealedToken, StoredHash, Stream, TemplateSource},
    ports::DatabaseError,
    token::TokenHash,
};

const BATCH_LIMIT: usize = 100;

/// A row of `private.emails`, with its place in the queue.
#[derive(Clone, Debug)]
pub struct MemoryMail {
    /// The mail.
    pub mail: QueuedMail,
    /// Which dispatcher sends it.
    pub stream: Stream,
    /// `queued` until settled, then `sent`, `failed` or `skipped`.
    pub status: &'static str,
    /// The mailer's id.
    pub message_id: Option<String>,
    /// Why it was not sent.
    pub error_code: Option<String>,
    /// Taken up by a batch.
    frozen: bool,
}

/// A row of `email_batches`.
#[derive(Debug)]
struct MemoryBatch {
    id: BatchId,
    stream: Stream,
    mails: Vec<QueuedMail>,
    lease: Option<LeaseId>,
    /// Deadline of the lease, or time of the next try.
    due_at: DateTime<Utc>,
    /// Finished attempts that count.
    attempts: u32,
    first_attempt_at: Option<DateTime<Utc>>,
}

/// The queue.
#[derive(Debug, Default)]
pub struct Outbox {
    /// The templates.
    pub templates: Vec<TemplateSource>,
    /// Every mail, queued or settled.
    pub mails: Vec<MemoryMail>,
    /// Until when nothing is sent.
    pub paused_until: Option<DateTime<Utc>>,
    /// The tokens of mails, and the hashes that their rows hold, once they were mailed.
    pub tokens: HashMap<TokenId, Option<TokenHash>>,
    batches: Vec<MemoryBatch>,
    ids: u128,
}

impl Outbox {
    /// Queues a mail.
    pub fn enqueue(&mut self, mail: QueuedMail) {
        self.enqueue_in(Stream::Mail, mail);
    }

    /// Queues a mail of a stream. A token that it has is a new one.
    pub fn enqueue_in(&mut self, stream: Stream, mail: QueuedMail) {
        if let Some(token) = &mail.token {
            self.tokens.insert(token.id, None);
        }
        self.mails.push(MemoryMail {
            mail,
            stream,
            status: "queued",
            message_id: None,
            error_code: None,
            frozen: false,
        });
    }

    /// The next `private.emails.id`.
    pub fn next_mail_id(&self) -> i64 {
        self.mails.iter().map(|row| row.mail.id).max().unwrap_or_default() + 1
    }

    /// The answer of one of the three functions; `None` for every other.
    pub(super) fn execute(
        &mut self,
        name: &str,
        arguments: &Value,
        now: DateTime<Utc>,
    ) -> Option<Result<Value, DatabaseError>> {
        Some(match name {
            "claim_emails" => self.claim(arguments, now),
            "seal_token_hashes" => Ok(self.seal(arguments)),
            "settle_emails" => Ok(self.settle(arguments, now)),
            _ => return None,
        })
    }

    fn claim(&mut self, arguments: &Value, now: DateTime<Utc>) -> Result<Value, DatabaseError> {
        let stream = argument(arguments, "p_stream");
        let limit: usize = argument(arguments, "p_limit");
        let lease_seconds: i64 = argument(arguments, "p_lease_seconds");
        if !(1..=5_000).contains(&limit) || !(1..=3_600).contains(&lease_seconds) {
            return Err(invalid_parameter());
        }
        let paused_until = self.paused_until.filter(|until| *until > now);
        let mut claim = Claim { paused_until, ..Claim::default() };
        if paused_until.is_none() {
            let leased = self.due_batches(stream, limit, now);
            let mails: usize = leased.iter().map(|index| self.batches[*index].mails.len()).sum();
            let frozen = self.freeze(stream, limit.saturating_sub(mails), now);
            let until = now + TimeDelta::seconds(lease_seconds);
            let batches = leased.into_iter().chain(frozen);
            claim.batches = batches.map(|index| self.lease(index, now, until)).collect();
        }
        claim.remaining = self.count_due(stream, now);
        claim.templates = self.templates_of(&claim.batches);
        Ok(json!(claim))
    }

    /// The hashes that are stored; a token that is gone has none.
    fn seal(&mut self, arguments: &Value) -> Value {
        let sealed: Vec<SealedToken> = argument(arguments, "p_tokens");
        let stored = sealed.into_iter().filter_map(|SealedToken { id, token_hash, .. }| {
            let token_hash = self.tokens.get_mut(&id)?.get_or_insert(token_hash).clone();
            Some(StoredHash { id, token_hash })
        });
        json!(stored.collect::<Vec<_>>())
    }

    /// The batches that are due, as many as the limit holds, and at least one: a
    /// batch is never cut.
    fn due_batches(&self, stream: Stream, limit: usize, now: DateTime<Utc>) -> Vec<usize> {
        let mut due: Vec<usize> = (0..self.batches.len())
            .filter(|index| {
                let batch = &self.batches[*index];
                batch.stream == stream && batch.due_at <= now
            })
            .collect();
        due.sort_by_key(|index| (self.batches[*index].due_at, self.batches[*index].id));
        let mut mails = 0;
        let fit = due.iter().take_while(|index| {
            mails += self.batches[**index].mails.len();
            mails <= limit
        });
        due.truncate(fit.count().max(1));
        due
    }

    fn lease(&mut self, index: usize, now: DateTime<Utc>, until: DateTime<Utc>) -> Batch {
        let lease = LeaseId(self.next_id());
        let row = &mut self.batches[index];
        // A lease that ran out was an attempt.
        row.attempts += u32::from(row.lease.is_some());
        row.lease = Some(lease);
        row.due_at = until;
        Batch {
            id: row.id,
            lease,
            attempt: row.attempts + 1,
            age_seconds: (now - *row.first_attempt_at.get_or_insert(now))
                .num_seconds()
                .try_into()
                .unwrap_or_default(),
            shared: row.mails.len() > 1,
            mails: row.mails.iter().map(|mail| sealed(mail, &self.tokens)).collect(),
        }
    }

    /// Turns queued mails into batches, whose places it answers.
    fn freeze(&mut self, stream: Stream, limit: usize, now: DateTime<Utc>) -> Vec<usize> {
        let is_due = |row: &&mut MemoryMail| row.is_due(stream);
        let mut picked: Vec<_> = self.mails.iter_mut().filter(is_due).collect();
        // A person waits for security mail.
        picked.sort_by_key(|row| row.mail.category != "security");
        picked.truncate(limit);
        for row in &mut picked {
            row.frozen = true;
        }
        let picked = picked.into_iter().map(|row| row.mail.clone());
        let goes_alone = |mail: &QueuedMail| {
            mail.token.is_some() || mail.variables.get("calendar").is_some_and(Value::is_object)
        };
        let (alone, shared): (Vec<_>, Vec<_>) = picked.partition(goes_alone);
        let alone = alone.chunks(1).map(<[_]>::to_vec);
        let groups: Vec<_> = alone.chain(shared.chunks(BATCH_LIMIT).map(<[_]>::to_vec)).collect();
        groups.into_iter().map(|mails| self.add_batch(stream, mails, now)).collect()
    }

    fn add_batch(&mut self, stream: Stream, mails: Vec<QueuedMail>, now: DateTime<Utc>) -> usize {
        let id = BatchId(self.next_id());
        self.batches.push(MemoryBatch {
            id,
            stream,
            mails,
            lease: None,
            due_at: now,
            attempts: 0,
            first_attempt_at: None,
        });
        self.batches.len() - 1
    }

    fn count_due(&self, stream: Stream, now: DateTime<Utc>) -> u32 {
        let queued = self.mails.iter().filter(|row| row.is_due(stream)).count();
        let waiting =
            self.batches.iter().filter(|batch| batch.stream == stream && batch.due_at <= now);
        let postponed: usize = waiting.map(|batch| batch.mails.len()).sum();
        u32::try_from((queued + postponed).min(100)).expect("a small number")
    }

    fn templates_of(&self, batches: &[Batch]) -> Vec<TemplateSource> {
        let used =
            |id| batches.iter().flat_map(|batch| &batch.mails).any(|mail| mail.template_id == id);
        self.templates.iter().filter(|template| used(template.id)).cloned().collect()
    }

    fn next_id(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }
}

impl MemoryMail {
    fn is_due(&self, stream: Stream) -> bool {
        self.status == "queued" && !self.frozen && self.stream == stream
    }

    fn end(&mut self, status: &'static str, message_id: Option<String>, code: Option<String>) {
        self.status = status;
        self.message_id = message_id;
        self.error_code = code;
    }
}

/// A mail with what its token's row holds now.
fn sealed(mail: &QueuedMail, tokens: &HashMap<TokenId, Option<TokenHash>>) -> QueuedMail {
    let mut mail = mail.clone();
    if let Some(token) = &mut mail.token {
        token.token_hash = tokens.get(&token.id).cloned().flatten();
    }
    mail
}

fn argument<T: serde::de::DeserializeOwned>(arguments: &Value, name: &str) -> T {
    serde_json::from_value(arguments[name].clone())
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn invalid_parameter() -> DatabaseError {
    DatabaseError::Refused {
        code: "22023".to_owned(),
        status: 400,
        message: String::new(),
        details: None,
    }
}
