//! The tables and functions of e-mail verification, in memory.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::{
    id::{TokenId, UserId},
    outbox::{SealedToken, StoredHash},
    token::TokenHash,
    verification::{Consumption, ConsumptionOutcome},
};

const UNKNOWN: Consumption = Consumption { outcome: ConsumptionOutcome::Invalid, user_id: None };

/// A row of `email_verification_tokens`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct MemoryToken {
    pub id: TokenId,
    pub user_id: UserId,
    pub token_hash: Option<TokenHash>,
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
    /// The arguments of `request_email_verification`, as they arrived.
    pub requests: Vec<Value>,
}

impl Verification {
    pub(super) fn consume(&mut self, arguments: &Value, now: DateTime<Utc>) -> Value {
        let id: TokenId = argument(arguments, "p_token_id");
        let hash: TokenHash = argument(arguments, "p_token_hash");
        let token = self.tokens.iter_mut().find(|token| token.id == id);
        let consumption = token.map_or(UNKNOWN, |token| token.consume(&hash, now));
        serde_json::to_value(consumption).expect("an outcome serialises")
    }

    pub(super) fn request(&mut self, arguments: &Value) -> Value {
        self.requests.push(arguments.clone());
        Value::Null
    }

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
            token_hash: None,
            expires_at: now + TimeDelta::hours(24),
            attempts: 0,
            verified: false,
            superseded: false,
        }
    }

    fn consume(&mut self, hash: &TokenHash, now: DateTime<Utc>) -> Consumption {
        let outcome = self.outcome(hash, now);
        let held =
            matches!(outcome, ConsumptionOutcome::Verified | ConsumptionOutcome::AlreadyVerified);
        Consumption { outcome, user_id: held.then_some(self.user_id) }
    }

    fn outcome(&mut self, hash: &TokenHash, now: DateTime<Utc>) -> ConsumptionOutcome {
        if self.attempts >= 5 {
            return ConsumptionOutcome::Exhausted;
        }
        if self.token_hash.as_ref() != Some(hash) {
            self.attempts += 1;
            return ConsumptionOutcome::Invalid;
        }
        if self.superseded {
            ConsumptionOutcome::Superseded
        } else if self.expires_at <= now {
            ConsumptionOutcome::Expired
        } else if core::mem::replace(&mut self.verified, true) {
            ConsumptionOutcome::AlreadyVerified
        } else {
            ConsumptionOutcome::Verified
        }
    }
}

pub(super) fn argument<T: serde::de::DeserializeOwned>(arguments: &Value, name: &str) -> T {
    serde_json::from_value(arguments[name].clone())
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}
