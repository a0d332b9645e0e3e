//! The outbox in memory, with the claims and settlements of the SQL one.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::verification::argument;
use crate::{
    id::{BatchId, LeaseId},
    outbox::{Batch, Claim, Outcome, QueuedMail, Settled, Settlement, TemplateSource},
};

const BATCH_LIMIT: usize = 100;

/// A row of `communication_logs`.
#[derive(Clone, Debug)]
pub struct MemoryMail {
    /// What is sent.
    pub mail: QueuedMail,
    /// `queued`, `sending`, `sent`, `failed` or `skipped`.
    pub status: &'static str,
    /// The mailer's id.
    pub message_id: Option<String>,
    /// Why it failed.
    pub error_code: Option<String>,
}

#[derive(Debug)]
struct MemoryBatch {
    batch: Batch,
    due_at: DateTime<Utc>,
    settled: bool,
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
    batches: Vec<MemoryBatch>,
    ids: u128,
}

impl Outbox {
    /// Queues a mail.
    pub fn enqueue(&mut self, mail: QueuedMail) {
        self.mails.push(MemoryMail { mail, status: "queued", message_id: None, error_code: None });
    }

    pub(super) fn claim(&mut self, arguments: &Value, now: DateTime<Utc>) -> Value {
        let paused = self.paused_until.filter(|until| *until > now);
        if paused.is_some() {
            return json!(Claim { paused_until: paused, ..Claim::default() });
        }
        let lease_seconds: i64 = argument(arguments, "p_lease_seconds");
        let lease_until = now + TimeDelta::seconds(lease_seconds);
        self.freeze(argument(arguments, "p_limit"), now);
        let mut batches = Vec::new();
        for index in 0..self.batches.len() {
            let lease = LeaseId(self.next_id());
            let row = &mut self.batches[index];
            if !row.settled && row.due_at <= now {
                if row.batch.attempt == 0 {
                    row.batch.first_attempt_at = now;
                }
                row.batch.attempt += 1;
                row.batch.lease = lease;
                row.due_at = lease_until;
                batches.push(row.batch.clone());
            }
        }
        json!(Claim { batches, templates: self.templates.clone(), ..Claim::default() })
    }

    fn freeze(&mut self, limit: usize, now: DateTime<Utc>) {
        let queued = self.mails.iter_mut().filter(|row| row.status == "queued").take(limit);
        let mut open: Vec<QueuedMail> = Vec::new();
        let mut groups = Vec::new();
        for row in queued {
            row.status = "sending";
            if row.mail.token.is_some() {
                groups.push(vec![row.mail.clone()]);
            } else {
                open.push(row.mail.clone());
            }
        }
        groups.extend(open.chunks(BATCH_LIMIT).map(<[_]>::to_vec));
        for mails in groups {
            self.add_batch(mails, now);
        }
    }

    fn add_batch(&mut self, mails: Vec<QueuedMail>, now: DateTime<Utc>) {
        let batch = Batch {
            id: BatchId(self.next_id()),
            lease: LeaseId(Uuid::nil()),
            attempt: 0,
            first_attempt_at: now,
            mails,
        };
        self.batches.push(MemoryBatch { batch, due_at: now, settled: false });
    }

    pub(super) fn settle(&mut self, arguments: &Value, now: DateTime<Utc>) -> Value {
        let mut settled = Settled::default();
        for result in argument::<Vec<Settlement>>(arguments, "p_results") {
            self.settle_one(&result, now, &mut settled);
        }
        json!(settled)
    }

    fn settle_one(&mut self, result: &Settlement, now: DateTime<Utc>, settled: &mut Settled) {
        let held = |row: &&mut MemoryBatch| {
            row.batch.id == result.batch_id && row.batch.lease == result.lease
        };
        let Some(row) = self.batches.iter_mut().find(held).filter(|row| !row.settled) else {
            settled.stale += 1;
            return;
        };
        let mails = row.batch.mails.clone();
        let count = u32::try_from(mails.len()).expect("a batch is small");
        let retry_at =
            now + TimeDelta::seconds(result.retry_after_seconds.unwrap_or_default().into());
        row.batch.lease = LeaseId(Uuid::nil());
        row.settled = !matches!(result.outcome, Outcome::Retry | Outcome::Pause);
        if !row.settled {
            row.due_at = retry_at;
            if result.spent != Some(true) {
                row.batch.attempt -= 1;
            }
        }
        match result.outcome {
            Outcome::Sent => settled.sent += self.finish(&mails, "sent", result),
            Outcome::Failed => settled.failed += self.finish(&mails, "failed", result),
            Outcome::Skipped => settled.skipped += self.finish(&mails, "skipped", result),
            Outcome::Retry => settled.retried += count,
            Outcome::Pause => {
                self.paused_until = Some(retry_at);
                settled.retried += count;
            }
            Outcome::Split => {
                let (first, second) = mails.split_at(mails.len() / 2);
                self.add_batch(first.to_vec(), now);
                self.add_batch(second.to_vec(), now);
                settled.split += count;
            }
        }
    }

    fn finish(&mut self, mails: &[QueuedMail], status: &'static str, result: &Settlement) -> u32 {
        for (index, mail) in mails.iter().enumerate() {
            let row =
                self.mails.iter_mut().find(|row| row.mail.id == mail.id).expect("a known mail");
            row.status = status;
            row.message_id = result.message_ids.get(index).cloned();
            row.error_code.clone_from(&result.error_code);
        }
        u32::try_from(mails.len()).expect("a batch is small")
    }

    fn next_id(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }
}
