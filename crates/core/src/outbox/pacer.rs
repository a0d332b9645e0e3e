//! How fast the batches of one run follow each other.

use std::cell::Cell;

use chrono::{DateTime, TimeDelta, Utc};

use crate::ports::{Clock, Pace};

/// Shared by the batches under way. Cells, no borrows: deliveries interleave at
/// every await.
pub(super) struct Pacer {
    claimed_at: DateTime<Utc>,
    send_by: DateTime<Utc>,
    not_before: Cell<DateTime<Utc>>,
    closed: Cell<bool>,
}

impl Pacer {
    /// Admits so long after the claim.
    pub(super) fn new(claimed_at: DateTime<Utc>, lasts: TimeDelta) -> Self {
        Self {
            claimed_at,
            send_by: claimed_at + lasts,
            not_before: Cell::new(DateTime::UNIX_EPOCH),
            closed: Cell::new(false),
        }
    }

    /// How long ago the claim was. Of this clock only differences count: it may be wrong by a day.
    pub(super) fn since_claim(&self, now: DateTime<Utc>) -> TimeDelta {
        now - self.claimed_at
    }

    /// Waits for a turn. `false` if none comes in time.
    pub(super) async fn admit(&self, clock: &impl Clock) -> bool {
        loop {
            let (now, not_before) = (clock.now(), self.not_before.get());
            if self.closed.get() || now.max(not_before) >= self.send_by {
                return false;
            }
            if now >= not_before {
                return true;
            }
            let wait = (not_before - now).num_milliseconds().max(1);
            clock.sleep(u32::try_from(wait).unwrap_or(u32::MAX)).await;
        }
    }

    /// Heeds the mailer's rate-limit headers.
    pub(super) fn heed(&self, pace: Option<Pace>, now: DateTime<Utc>) {
        if let Some(Pace { remaining: 0, reset_seconds }) = pace {
            self.wait(reset_seconds, now);
        }
    }

    /// Lets nobody pass for so many seconds.
    pub(super) fn wait(&self, seconds: u32, now: DateTime<Utc>) {
        let until = now + TimeDelta::seconds(i64::from(seconds));
        self.not_before.set(self.not_before.get().max(until));
    }

    /// Lets nobody pass any more.
    pub(super) fn close(&self) {
        self.closed.set(true);
    }

    /// Whether the run is over.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
    }
}
