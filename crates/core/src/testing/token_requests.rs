//! Requests for mails with a link, in memory: those that wait, and clients that have to.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{MemoryAccount, MemoryToken, argument, tokens::lifetime};
use crate::{id::UserId, token::Purpose};

/// An address is mailed once in this time, and so often in an hour.
const COOLDOWN: TimeDelta = TimeDelta::seconds(60);
const REQUESTS_PER_HOUR: u32 = 5;
/// Requests that a claim looks at.
const REQUESTS_PER_CLAIM: usize = 1_000;
/// A client may ask so often at once, and once more in this time.
const CLIENT: Allowance = Allowance { burst: 30, refill: TimeDelta::seconds(10) };
/// And a person who is signed in.
const PERSON: Allowance = Allowance { burst: 5, refill: TimeDelta::minutes(12) };

struct Allowance {
    burst: i32,
    refill: TimeDelta,
}

/// The consequences of requests that were waiting.
pub(super) struct TakenRequests {
    /// Tokens to issue: for whom, of which purpose.
    pub entitled: Vec<(Purpose, MemoryAccount)>,
    /// Changes of address to begin: of whom, to which.
    pub changes: Vec<WantedAddress>,
}

pub(super) struct WantedAddress {
    pub user_id: UserId,
    pub address: String,
    /// Whether the address does not cool down.
    pub may_mail: bool,
}

/// Requests for token mails.
#[derive(Debug, Default)]
pub struct TokenRequests {
    /// The arguments of `request_email_verification` and `request_password_reset`,
    /// each address once, until a claim looks at them.
    pub waiting: Vec<(Purpose, Value)>,
    /// Whether claims fail to look at them.
    pub are_stuck: bool,
    cooldowns: HashMap<(Purpose, String), Cooldown>,
    /// When an allowance is whole again.
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
        let client = argument(arguments, "p_client_key");
        let person: Option<UserId> = argument(arguments, "p_user_id");
        let person = person.map(|person| person.to_string());
        let waits =
            [self.take_allowance(client, &CLIENT, now), self.take_allowance(person, &PERSON, now)];
        if let Some(wait) = waits.into_iter().flatten().max() {
            return json!({ "allowed": false, "retry_after_seconds": wait });
        }
        let same = |waiting: &Value| {
            ["p_address_key", "p_user_id"].iter().all(|name| waiting[name] == arguments[name])
        };
        if !self.waiting.iter().any(|(kind, waiting)| *kind == purpose && same(waiting)) {
            self.waiting.push((purpose, arguments.clone()));
        }
        json!({ "allowed": true })
    }

    /// Seconds to wait, if somebody has used an allowance up.
    fn take_allowance(
        &mut self,
        whose: Option<String>,
        allowance: &Allowance,
        now: DateTime<Utc>,
    ) -> Option<i64> {
        let whole_at = self.clients.entry(whose?).or_insert(now);
        *whole_at = (*whole_at).max(now);
        let wait = *whole_at - now - allowance.refill * (allowance.burst - 1);
        if wait > TimeDelta::zero() {
            return Some((wait.num_milliseconds() + 999) / 1_000);
        }
        *whole_at += allowance.refill;
        None
    }

    /// Takes what waits, and answers who is to get a token of which purpose.
    pub(super) fn take(
        &mut self,
        accounts: &[MemoryAccount],
        members: &[(String, UserId)],
        tokens: &[MemoryToken],
        now: DateTime<Utc>,
    ) -> TakenRequests {
        let most = if self.are_stuck { 0 } else { REQUESTS_PER_CLAIM };
        let taken: Vec<_> = self.waiting.drain(..most.min(self.waiting.len())).collect();
        let (mut entitled, mut changes) = (Vec::new(), Vec::new());
        for (purpose, request) in taken {
            let address: String = argument(&request, "p_email");
            let key = (purpose, argument(&request, "p_address_key"));
            let allowed = self.take_cooldown(key, lifetime(purpose), now);
            if purpose == Purpose::EmailChange {
                let user_id = argument(&request, "p_user_id");
                changes.push(WantedAddress { user_id, address, may_mail: allowed });
                continue;
            }
            let holders = holders(purpose, &address, accounts, members);
            let entitled_one =
                |account: &&MemoryAccount| is_entitled(purpose, account, tokens, now);
            let some = holders.into_iter().filter(entitled_one).filter(|_| allowed);
            entitled.extend(some.map(|account| (purpose, account.clone())));
        }
        TakenRequests { entitled, changes }
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

/// Whose an address is: also theirs who moved their account away from it, unless somebody else
/// has confirmed it since.
fn holders<'a>(
    purpose: Purpose,
    address: &str,
    accounts: &'a [MemoryAccount],
    members: &[(String, UserId)],
) -> Vec<&'a MemoryAccount> {
    let has_it = |account: &&MemoryAccount| account.address == address;
    let is_taken = accounts.iter().filter(has_it).any(|account| account.confirmed);
    let was_invited = |account: &&MemoryAccount| {
        members.iter().any(|(invited, user)| invited == address && *user == account.id)
    };
    let moved = |account: &&MemoryAccount| {
        purpose == Purpose::PasswordReset && !is_taken && !has_it(account) && was_invited(account)
    };
    accounts.iter().filter(|account| has_it(account) || moved(account)).collect()
}

/// Whether a token of the purpose is any use to the account, and it has not just got one, nor too
/// many in an hour, whoever made them.
fn is_entitled(
    purpose: Purpose,
    account: &MemoryAccount,
    tokens: &[MemoryToken],
    now: DateTime<Utc>,
) -> bool {
    let theirs: Vec<_> = tokens
        .iter()
        .filter(|token| token.purpose == purpose && token.user_id == account.id)
        .filter(|token| token.created_at > now - TimeDelta::hours(1))
        .collect();
    let needed = purpose == Purpose::PasswordReset || !account.confirmed;
    let rested = theirs.iter().all(|token| token.created_at <= now - COOLDOWN);
    let few = theirs.len() < REQUESTS_PER_HOUR as usize;
    let expired = theirs.iter().all(|token| token.expires_at <= now);
    needed && rested && (few || expired)
}
