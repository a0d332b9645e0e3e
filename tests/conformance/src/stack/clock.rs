//! The machine's clock.

use std::{
    thread,
    time::{Duration, SystemTime},
};

use chrono::{DateTime, TimeDelta, Utc};
use evenkeel_core::ports::Clock;

use super::Stack;

impl Clock for Stack {
    #[allow(clippy::disallowed_methods, reason = "this is the port")]
    fn now(&self) -> DateTime<Utc> {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        DateTime::UNIX_EPOCH + TimeDelta::from_std(since_epoch).unwrap()
    }

    async fn sleep(&self, milliseconds: u32) {
        thread::sleep(Duration::from_millis(milliseconds.into()));
    }
}
