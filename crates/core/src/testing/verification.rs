//! The tables and functions of e-mail verification, in memory.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{MemoryAccount, Outbox, argument};
use crate::{
    id::{TokenId, UserId},
    outbox::{QueuedMail, QueuedToken, SealedToken, StoredHash, Stream},
    token::{Purpose, TokenHash},
    verification::{Consumption, ConsumptionOutcome},
};

const UNKNOWN: Consumption = Consumption { outcome: ConsumptionOutcome::Invalid, user_id: None };
/// An address is mailed once in this time, and so often in an hour.
const COOLDOWN: TimeDelta = TimeDelta::seconds(60);
const REQUESTS_PER_HOUR: u32 = 5;
/// Requests that a claim looks at.
const REQUESTS_PER_CLAIM: usize = 1_000;

/// A row of `email_verification_tokens`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct MemoryToken {
    pub id: TokenId,
    pub user_id: UserId,
    /// The account's address at issue; `None` where a test does not care.
    pub address: Option<String>,
    pub token_hash: Option<TokenHash>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub attempts: u32,
    pub verified: bool,
    pub superseded: bool,
}

/// Tokens, and requests for new ones.
#[derive(Debug, Default)]
pub struct Verification {
    /// The tokens.
    pub tokens: Vec<MemoryToken>,
    /// The arguments of `request_email_verification`, each address once, until a
    /// claim looks at them.
    pub requests: Vec<Value>,
    /// Whether claims fail to look at them.
    pub requests_are_stuck: bool,
    cooldowns: HashMap<String, Cooldown>,
}

#[derive(Debug)]
struct Cooldown {
    last_allowed_at: DateTime<Utc>,
    window_started_at: DateTime<Utc>,
    allowed_in_window: u32,
}

impl Verification {
    pub(super) fn consume(
        &mut self,
        arguments: &Value,
        accounts: &[MemoryAccount],
        now: DateTime<Utc>,
    ) -> Value {
        let id: TokenId = argument(arguments, "p_token_id");
        let hash: TokenHash = argument(arguments, "p_token_hash");
        let token = self.tokens.iter_mut().find(|token| token.id == id);
        json!(token.map_or(UNKNOWN, |token| token.consume(&hash, accounts, now)))
    }

    pub(super) fn request(&mut self, arguments: &Value) -> Value {
        let key = &arguments["p_address_key"];
        if !self.requests.iter().any(|waiting| waiting["p_address_key"] == *key) {
            self.requests.push(arguments.clone());
        }
        Value::Null
    }

    /// Takes the waiting requests, and answers whose account is to get a token.
    pub(super) fn take_requests(
        &mut self,
        accounts: &[MemoryAccount],
        now: DateTime<Utc>,
    ) -> Vec<MemoryAccount> {
        let mut entitled: Vec<MemoryAccount> = Vec::new();
        let most = if self.requests_are_stuck { 0 } else { REQUESTS_PER_CLAIM };
        let taken: Vec<Value> = self.requests.drain(..most.min(self.requests.len())).collect();
        for request in taken {
            let address: String = argument(&request, "p_email");
            let allowed = self.take_cooldown(argument(&request, "p_address_key"), now);
            let account =
                accounts.iter().find(|account| account.address == address && !account.confirmed);
            entitled
                .extend(account.filter(|account| allowed && !self.is_fresh(account, now)).cloned());
        }
        entitled
    }

    /// Whether the account has got a token just now.
    fn is_fresh(&self, account: &MemoryAccount, now: DateTime<Utc>) -> bool {
        let fresh = |token: &&MemoryToken| token.created_at > now - COOLDOWN;
        self.tokens.iter().filter(fresh).any(|token| token.user_id == account.id)
    }

    /// Whether an address may be mailed now; if so, it cools down from here.
    fn take_cooldown(&mut self, key: String, now: DateTime<Utc>) -> bool {
        let fresh = Cooldown { last_allowed_at: now, window_started_at: now, allowed_in_window: 1 };
        let Some(cooldown) = self.cooldowns.get_mut(&key) else {
            self.cooldowns.insert(key, fresh);
            return true;
        };
        let new_window = cooldown.window_started_at <= now - TimeDelta::hours(1);
        let rested = cooldown.last_allowed_at <= now - COOLDOWN;
        let allowed = rested && (new_window || cooldown.allowed_in_window < REQUESTS_PER_HOUR);
        if allowed && new_window {
            *cooldown = fresh;
        } else if allowed {
            cooldown.last_allowed_at = now;
            cooldown.allowed_in_window += 1;
        }
        allowed
    }

    /// A new token in place of the older ones, and its mail.
    pub(super) fn issue(
        &mut self,
        id: TokenId,
        account: &MemoryAccount,
        outbox: &mut Outbox,
        now: DateTime<Utc>,
    ) {
        for token in &mut self.tokens {
            token.superseded |= token.user_id == account.id && !token.verified;
        }
        self.tokens.push(MemoryToken {
            user_id: account.id,
            address: Some(account.address.clone()),
            ..MemoryToken::issued(id, now)
        });
        let template = outbox.templates.iter().find(|template| template.key == "verify_email");
        let mail = QueuedMail {
            id: outbox.next_mail_id(),
            to: account.address.clone(),
            template_id: template.expect("a mail template named verify_email").id,
            variables: [].into(),
            locale: "en".to_owned(),
            time_zone: "UTC".to_owned(),
            category: "security".to_owned(),
            token: Some(QueuedToken { purpose: Purpose::EmailVerification, id, token_hash: None }),
        };
        outbox.enqueue_for(Some(account.id), Stream::Mail, mail);
    }

    /// The hashes that are stored; a token that is gone has none.
    pub(super) fn seal(&mut self, arguments: &Value) -> Value {
        let sealed: Vec<SealedToken> = argument(arguments, "p_tokens");
        let stored = sealed.into_iter().filter_map(|sealed| {
            let token = self.tokens.iter_mut().find(|token| token.id == sealed.id)?;
            let token_hash = token.token_hash.get_or_insert(sealed.token_hash).clone();
            Some(StoredHash { id: token.id, token_hash })
        });
        json!(stored.collect::<Vec<_>>())
    }
}

impl MemoryToken {
    /// A token as a sign-up leaves it: good for a day, not mailed yet.
    pub fn issued(id: TokenId, now: DateTime<Utc>) -> Self {
        Self {
            id,
            user_id: UserId(id.0),
            address: None,
            token_hash: None,
            created_at: now,
            expires_at: now + TimeDelta::hours(24),
            attempts: 0,
            verified: false,
            superseded: false,
        }
    }

    /// Whether its link is still worth mailing.
    pub(super) fn is_live(&self, now: DateTime<Utc>) -> bool {
        !self.verified && !self.superseded && self.expires_at > now
    }

    fn consume(
        &mut self,
        hash: &TokenHash,
        accounts: &[MemoryAccount],
        now: DateTime<Utc>,
    ) -> Consumption {
        let outcome = self.outcome(hash, accounts, now);
        let held =
            matches!(outcome, ConsumptionOutcome::Verified | ConsumptionOutcome::AlreadyVerified);
        Consumption { outcome, user_id: held.then_some(self.user_id) }
    }

    fn outcome(
        &mut self,
        hash: &TokenHash,
        accounts: &[MemoryAccount],
        now: DateTime<Utc>,
    ) -> ConsumptionOutcome {
        // Before it is mailed there is nothing to be guessed, hence nothing to be used up.
        let Some(stored) = &self.token_hash else {
            return ConsumptionOutcome::Invalid;
        };
        if self.attempts >= 5 {
            return ConsumptionOutcome::Exhausted;
        }
        if stored != hash {
            self.attempts += 1;
            return ConsumptionOutcome::Invalid;
        }
        if self.superseded || self.has_another_address(accounts) {
            ConsumptionOutcome::Superseded
        } else if self.expires_at <= now {
            ConsumptionOutcome::Expired
        } else if core::mem::replace(&mut self.verified, true) {
            ConsumptionOutcome::AlreadyVerified
        } else {
            ConsumptionOutcome::Verified
        }
    }

    fn has_another_address(&self, accounts: &[MemoryAccount]) -> bool {
        let account = accounts.iter().find(|account| account.id == self.user_id);
        let both = self.address.as_ref().zip(account);
        both.is_some_and(|(address, account)| *address != account.address)
    }
}
