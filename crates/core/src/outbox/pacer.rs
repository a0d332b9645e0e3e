//! How fast the batches of one run follow each other.

use std::cell::Cell;

use chrono::{DateTime, TimeDelta, Utc};

use crate::ports::{Clock, Pace};

/// The time that a claim leaves for handing over.
#[derive(Clone, Copy)]
pub(super) struct Term {
    claimed_at: DateTime<Utc>,
    send_by: DateTime<Utc>,
}

impl Term {
    /// Begins with the claim, and lasts so long.
    pub(super) fn new(claimed_at: DateTime<Utc>, lasts: TimeDelta) -> Self {
        Self { claimed_at, send_by: claimed_at + lasts }
    }

    /// How long ago the claim was. Of this clock only differences count: it may be wrong by a day.
    pub(super) fn since_claim(self, now: DateTime<Utc>) -> TimeDelta {
        now - self.claimed_at
    }
}

/// Shared by all batches of a run. Cells, no borrows: deliveries interleave at every await.
#[derive(Default)]
pub(super) struct Pacer {
    not_before: Cell<DateTime<Utc>>,
    closed: Cell<bool>,
}

impl Pacer {
    /// Waits for a turn. `false` if none comes within the term, which is the end of the run as well: a further
    /// claim would only be put off again.
    pub(super) async fn admit(&self, clock: &impl Clock, term: Term) -> bool {
        loop {
            let (now, not_before) = (clock.now(), self.not_before.get());
            if now.max(not_before) >= term.send_by {
                self.close();
            }
            if self.closed.get() {
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
