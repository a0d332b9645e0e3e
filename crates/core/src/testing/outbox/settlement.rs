//! Writing down what became of batches.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{MemoryBatch, Outbox, argument};
use crate::outbox::{Outcome, Settled, Settlement};

/// How long a batch waits where nobody said how long.
const USUAL_WAIT_SECONDS: u32 = 60;

impl Outbox {
    pub(super) fn settle(&mut self, arguments: &Value, now: DateTime<Utc>) -> Value {
        let mut settled = Settled::default();
        for result in argument::<Vec<Settlement>>(arguments, "p_results") {
            self.settle_one(&result, now, &mut settled);
        }
        json!(settled)
    }

    fn settle_one(&mut self, result: &Settlement, now: DateTime<Utc>, settled: &mut Settled) {
        let held = |row: &MemoryBatch| row.id == result.batch_id && row.lease == Some(result.lease);
        let Some(index) = self.batches.iter().position(held) else {
            settled.stale += self.mails_of(result);
            return;
        };
        let batch = self.batches.remove(index);
        let mails = count(batch.mails.len());
        match result.outcome {
            Outcome::Sent => {
                settled.sent += mails;
                self.finish(&batch, "sent", result);
            }
            Outcome::Skipped => {
                settled.skipped += mails;
                self.finish(&batch, "skipped", result);
            }
            // What cannot be halved any further has failed.
            Outcome::Split if batch.mails.len() > 1 => {
                settled.split += mails;
                let (first, second) = batch.mails.split_at(batch.mails.len() / 2);
                self.add_batch(batch.stream, first.to_vec(), now);
                self.add_batch(batch.stream, second.to_vec(), now);
            }
            Outcome::Failed | Outcome::Split => {
                settled.failed += mails;
                self.finish(&batch, "failed", result);
            }
            Outcome::Retry | Outcome::Pause => {
                settled.retried += mails;
                let batch = self.postpone(batch, result, now);
                self.batches.insert(index, batch);
            }
        }
    }

    /// How many mails a settlement that came too late is about.
    fn mails_of(&self, result: &Settlement) -> u32 {
        let batch = self.batches.iter().find(|row| row.id == result.batch_id);
        count(batch.map_or_else(|| result.message_ids.len().max(1), |batch| batch.mails.len()))
    }

    fn postpone(
        &mut self,
        mut batch: MemoryBatch,
        result: &Settlement,
        now: DateTime<Utc>,
    ) -> MemoryBatch {
        let wait = result.retry_after_seconds.unwrap_or(USUAL_WAIT_SECONDS);
        batch.due_at = now + TimeDelta::seconds(wait.into());
        batch.lease = None;
        if result.outcome == Outcome::Pause {
            self.paused_until = self.paused_until.max(Some(batch.due_at));
        } else if result.spent != Some(false) {
            batch.attempts += 1;
        }
        batch
    }

    fn finish(&mut self, batch: &MemoryBatch, status: &'static str, result: &Settlement) {
        let sent = result.outcome == Outcome::Sent;
        for (index, mail) in batch.mails.iter().enumerate() {
            let row = self.mails.iter_mut().find(|row| row.mail.id == mail.id);
            let code = result.error_code.clone().unwrap_or_else(|| "unknown".to_owned());
            let message_id = result.message_ids.get(index).filter(|_| sent);
            row.expect("a known mail").end(status, message_id.cloned(), (!sent).then_some(code));
        }
    }
}

fn count(mails: usize) -> u32 {
    u32::try_from(mails).expect("a batch is small")
}
