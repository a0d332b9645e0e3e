//! The outbox in memory, with the claims and settlements of the SQL one.

mod screening;
mod settlement;

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use self::screening::Verdict;
pub use self::screening::{Preferences, Suppression};
use super::{MemoryAccount, MemoryToken, Tokens, argument, refused};
use crate::{
    id::{BatchId, LeaseId, UserId},
    outbox::{Batch, Claim, QueuedMail, QueuedToken, Stream, TemplateSource},
    ports::DatabaseError,
};

const BATCH_LIMIT: usize = 100;

/// A row of `communication_logs`, with its place in the queue.
#[derive(Clone, Debug)]
pub struct MemoryMail {
    /// The mail.
    pub mail: QueuedMail,
    /// Which dispatcher sends it.
    pub stream: Stream,
    /// Whose it is, if anybody's.
    pub owner: Option<UserId>,
    /// `queued` until settled, then `sent`, `failed` or `skipped`.
    pub status: &'static str,
    /// The mailer's id.
    pub message_id: Option<String>,
    /// Why it was not sent.
    pub error_code: Option<String>,
    /// Not to be sent before.
    due_at: Option<DateTime<Utc>>,
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
    /// Addresses that are not written to.
    pub suppressions: HashMap<String, Suppression>,
    /// The preferences of people.
    pub preferences: HashMap<UserId, Preferences>,
    batches: Vec<MemoryBatch>,
    ids: u128,
}

impl Outbox {
    /// Queues a mail to nobody in particular.
    pub fn enqueue(&mut self, mail: QueuedMail) {
        self.enqueue_for(None, Stream::Mail, mail);
    }

    /// Queues a mail of a stream to somebody.
    pub fn enqueue_for(&mut self, owner: Option<UserId>, stream: Stream, mail: QueuedMail) {
        self.mails.push(MemoryMail {
            mail,
            stream,
            owner,
            status: "queued",
            message_id: None,
            error_code: None,
            due_at: None,
            frozen: false,
        });
    }

    /// Queues a mail about somebody's account.
    pub(super) fn enqueue_security(
        &mut self,
        account: &MemoryAccount,
        template: &str,
        token: Option<QueuedToken>,
    ) {
        self.enqueue_from(Some(account.id), &account.address, "security", template, token);
    }

    /// Queues a mail, in the language of everybody here.
    pub(super) fn enqueue_from(
        &mut self,
        owner: Option<UserId>,
        to: &str,
        category: &str,
        template: &str,
        token: Option<QueuedToken>,
    ) {
        let found = self.templates.iter().find(|one| one.key == template);
        let mail = QueuedMail {
            id: self.next_mail_id(),
            to: to.to_owned(),
            template_id: found.unwrap_or_else(|| panic!("no mail template {template}")).id,
            variables: [].into(),
            locale: "en".to_owned(),
            time_zone: "UTC".to_owned(),
            category: category.to_owned(),
            token,
        };
        self.enqueue_for(owner, Stream::Mail, mail);
    }

    /// The next `communication_logs.id`.
    pub fn next_mail_id(&self) -> i64 {
        self.mails.iter().map(|row| row.mail.id).max().unwrap_or_default() + 1
    }

    pub(super) fn claim(
        &mut self,
        arguments: &Value,
        tokens: &Tokens,
        now: DateTime<Utc>,
    ) -> Result<Value, DatabaseError> {
        let (requests, tokens) = (tokens.requests.waiting.len(), tokens.rows.as_slice());
        let stream = argument(arguments, "p_stream");
        let limit: usize = argument(arguments, "p_limit");
        let lease_seconds: i64 = argument(arguments, "p_lease_seconds");
        if !(1..=5_000).contains(&limit) || !(1..=3_600).contains(&lease_seconds) {
            return Err(refused("22023"));
        }
        let paused_until = self.paused_until.filter(|until| *until > now);
        let mut claim = Claim { paused_until, ..Claim::default() };
        if paused_until.is_none() {
            let leased = self.due_batches(stream, limit, now);
            let mails: usize = leased.iter().map(|index| self.batches[*index].mails.len()).sum();
            let frozen = self.freeze(stream, limit.saturating_sub(mails), tokens, now, &mut claim);
            let until = now + TimeDelta::seconds(lease_seconds);
            claim.batches = leased
                .into_iter()
                .chain(frozen)
                .map(|index| self.lease(index, now, until, tokens))
                .collect();
        }
        let requests = if stream == Stream::Mail { requests } else { 0 };
        claim.remaining = self.count_due(stream, requests, now);
        claim.templates = self.templates_of(&claim.batches);
        Ok(json!(claim))
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

    fn lease(
        &mut self,
        index: usize,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        tokens: &[MemoryToken],
    ) -> Batch {
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
            first_attempt_at: *row.first_attempt_at.get_or_insert(now),
            mails: row.mails.iter().map(|mail| sealed(mail, tokens)).collect(),
        }
    }

    /// Turns queued mails that are still wanted into batches, whose places it answers.
    fn freeze(
        &mut self,
        stream: Stream,
        limit: usize,
        tokens: &[MemoryToken],
        now: DateTime<Utc>,
        claim: &mut Claim,
    ) -> Vec<usize> {
        let mut picked: Vec<usize> =
            (0..self.mails.len()).filter(|index| self.mails[*index].is_due(stream, now)).collect();
        // A person waits for security mail.
        picked.sort_by_key(|index| self.mails[*index].mail.category != "security");
        picked.truncate(limit);
        let mut groups: Vec<Vec<QueuedMail>> = Vec::new();
        let mut shared = Vec::new();
        for index in picked {
            match self.screen(index, tokens, now) {
                Verdict::Skip(reason) => {
                    self.mails[index].end("skipped", None, Some(reason.to_owned()));
                    claim.skipped += 1;
                }
                Verdict::Defer(until) => {
                    self.mails[index].due_at = Some(until);
                    claim.deferred += 1;
                }
                Verdict::Send => {
                    let row = &mut self.mails[index];
                    row.frozen = true;
                    match row.mail.token {
                        Some(_) => groups.push(vec![row.mail.clone()]),
                        None => shared.push(row.mail.clone()),
                    }
                }
            }
        }
        groups.extend(shared.chunks(BATCH_LIMIT).map(<[_]>::to_vec));
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

    fn count_due(&self, stream: Stream, requests: usize, now: DateTime<Utc>) -> u32 {
        let queued = self.mails.iter().filter(|row| row.is_due(stream, now)).count();
        let waiting =
            self.batches.iter().filter(|batch| batch.stream == stream && batch.due_at <= now);
        let postponed: usize = waiting.map(|batch| batch.mails.len()).sum();
        u32::try_from((queued + postponed + requests).min(10_000)).expect("a small number")
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
    fn is_due(&self, stream: Stream, now: DateTime<Utc>) -> bool {
        let due = self.due_at.is_none_or(|due_at| due_at <= now);
        self.status == "queued" && !self.frozen && self.stream == stream && due
    }

    fn end(&mut self, status: &'static str, message_id: Option<String>, code: Option<String>) {
        self.status = status;
        self.message_id = message_id;
        self.error_code = code;
    }
}

/// A mail with what its token's row holds now.
fn sealed(mail: &QueuedMail, tokens: &[MemoryToken]) -> QueuedMail {
    let mut mail = mail.clone();
    if let Some(token) = &mut mail.token {
        let row = tokens.iter().find(|row| row.id == token.id);
        token.token_hash = row.and_then(|row| row.token_hash.clone());
    }
    mail
}
