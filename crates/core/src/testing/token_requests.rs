//! Who asks for a mail with a link, in memory: what waits, and who has to.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{MemoryAccount, MemoryToken, argument, tokens::lifetime};
use crate::token::Purpose;

/// An address is mailed once in this time, and so often in an hour.
const COOLDOWN: TimeDelta = TimeDelta::seconds(60);
const REQUESTS_PER_HOUR: u32 = 5;
/// Requests that a claim looks at.
const REQUESTS_PER_CLAIM: usize = 1_000;
/// A client may ask so often at once, and once more in this time.
const BURST: i32 = 30;
const REFILL: TimeDelta = TimeDelta::seconds(10);

/// Requests for token mails.
#[derive(Debug, Default)]
pub struct TokenRequests {
    /// The arguments of `request_email_verification` and `request_password_reset`,
    /// each address once, until a claim looks at them.
    pub waiting: Vec<(Purpose, Value)>,
    /// Whether claims fail to look at them.
    pub are_stuck: bool,
    cooldowns: HashMap<(Purpose, String), Cooldown>,
    /// When a client's allowance is whole again.
    clients: HashMap<String, DateTime<Utc>>,
}

#[derive(Debug)]
struct Cooldown {
    last_allowed_at: DateTime<Utc>,
    window_started_at: DateTime<Utc>,
    allowed_in_window: u32,
}

impl TokenRequests {
    pub(super) fn request(
        &mut self,
        purpose: Purpose,
        arguments: &Value,
        now: DateTime<Utc>,
    ) -> Value {
        if let Some(wait) = self.take_allowance(argument(arguments, "p_client_key"), now) {
            return json!({ "allowed": false, "retry_after_seconds": wait });
        }
        let same = |waiting: &Value| waiting["p_address_key"] == arguments["p_address_key"];
        if !self.waiting.iter().any(|(kind, waiting)| *kind == purpose && same(waiting)) {
            self.waiting.push((purpose, arguments.clone()));
        }
        json!({ "allowed": true })
    }

    /// Seconds to wait, if a client has used its allowance up.
    fn take_allowance(&mut self, client: Option<String>, now: DateTime<Utc>) -> Option<i64> {
        let whole_at = self.clients.entry(client?).or_insert(now);
        *whole_at = (*whole_at).max(now);
        let wait = *whole_at - now - REFILL * (BURST - 1);
        if wait > TimeDelta::zero() {
            return Some((wait.num_milliseconds() + 999) / 1_000);
        }
        *whole_at += REFILL;
        None
    }

    /// Takes what waits, and answers who is to get a token of which purpose.
    pub(super) fn take(
        &mut self,
        accounts: &[MemoryAccount],
        tokens: &[MemoryToken],
        now: DateTime<Utc>,
    ) -> Vec<(Purpose, MemoryAccount)> {
        let most = if self.are_stuck { 0 } else { REQUESTS_PER_CLAIM };
        let taken: Vec<_> = self.waiting.drain(..most.min(self.waiting.len())).collect();
        let mut entitled = Vec::new();
        for (purpose, request) in taken {
            let address: String = argument(&request, "p_email");
            let key = (purpose, argument(&request, "p_address_key"));
            let allowed = self.take_cooldown(key, lifetime(purpose), now);
            let account = accounts.iter().find(|account| {
                account.address == address && is_entitled(purpose, account, tokens, now)
            });
            entitled.extend(account.filter(|_| allowed).map(|account| (purpose, account.clone())));
        }
        entitled
    }

    /// Whether an address may be mailed now; if so, it cools down from here.
    fn take_cooldown(
        &mut self,
        key: (Purpose, String),
        lifetime: TimeDelta,
        now: DateTime<Utc>,
    ) -> bool {
        let fresh = Cooldown { last_allowed_at: now, window_started_at: now, allowed_in_window: 1 };
        let Some(cooldown) = self.cooldowns.get_mut(&key) else {
            self.cooldowns.insert(key, fresh);
            return true;
        };
        let new_window = cooldown.window_started_at <= now - TimeDelta::hours(1);
        let rested = cooldown.last_allowed_at <= now - COOLDOWN;
        // Whoever asks for a stranger's address all the time must not keep them from a link that works.
        let expired = cooldown.last_allowed_at <= now - lifetime;
        let few = cooldown.allowed_in_window < REQUESTS_PER_HOUR;
        let allowed = rested && (new_window || few || expired);
        if allowed && new_window {
            *cooldown = fresh;
        } else if allowed {
            cooldown.last_allowed_at = now;
            cooldown.allowed_in_window += 1;
        }
        allowed
    }
}

/// Whether a token of the purpose is any use to the account, and it has not just got one.
fn is_entitled(
    purpose: Purpose,
    account: &MemoryAccount,
    tokens: &[MemoryToken],
    now: DateTime<Utc>,
) -> bool {
    let mut theirs =
        tokens.iter().filter(|token| token.purpose == purpose && token.user_id == account.id);
    let needed = purpose == Purpose::PasswordReset || !account.confirmed;
    needed && !theirs.any(|token| token.created_at > now - COOLDOWN)
}
