//! The last look at a mail before it is frozen.

use chrono::{DateTime, Utc};

use super::Outbox;
use crate::testing::MemoryToken;

/// Why an address is not written to (`email_suppressions.reason`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suppression {
    /// It bounced or complained: nothing at all.
    HardBounce,
    /// It unsubscribed: security mail alone.
    Unsubscribed,
}

/// The wishes of a person (`notification_preferences`).
#[derive(Clone, Debug, Default)]
pub struct Preferences {
    /// Categories that are switched off.
    pub off: Vec<String>,
    /// The end of the quiet hours that are now.
    pub quiet_until: Option<DateTime<Utc>>,
}

/// The fate of a mail.
pub(super) enum Verdict {
    Send,
    Skip(&'static str),
    Defer(DateTime<Utc>),
}

impl Outbox {
    pub(super) fn screen(
        &self,
        index: usize,
        tokens: &[MemoryToken],
        now: DateTime<Utc>,
    ) -> Verdict {
        let row = &self.mails[index];
        let security = row.mail.category == "security";
        let live = |token: &MemoryToken| token.is_live(now);
        match (self.suppressions.get(&row.mail.to), &row.mail.token) {
            (Some(Suppression::HardBounce), _) => return Verdict::Skip("suppressed"),
            (Some(Suppression::Unsubscribed), _) if !security => {
                return Verdict::Skip("suppressed");
            }
            (_, Some(token)) if !tokens.iter().any(|row| row.id == token.id && live(row)) => {
                return Verdict::Skip("token_not_live");
            }
            _ => {}
        }
        match row.owner.and_then(|owner| self.preferences.get(&owner)).filter(|_| !security) {
            Some(preferences) if preferences.off.contains(&row.mail.category) => {
                Verdict::Skip("preference_off")
            }
            Some(Preferences { quiet_until: Some(until), .. }) if *until > now => {
                Verdict::Defer(*until)
            }
            _ => Verdict::Send,
        }
    }
}
