//! The tables and functions of link tokens, in memory.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{MemoryAccount, Outbox, TokenRequests, argument, token_requests::TakenRequests};
use crate::{
    id::{TokenId, UserId},
    outbox::{QueuedToken, SealedToken, StoredHash},
    token::{Consumption, Purpose, TokenHash, TokenOutcome},
};

/// A row of a table of tokens.
#[derive(Clone, Debug)]
#[allow(missing_docs, clippy::struct_excessive_bools, reason = "the columns of the tables")]
pub struct MemoryToken {
    pub purpose: Purpose,
    pub id: TokenId,
    pub user_id: UserId,
    /// The account's address at issue; `None` where a test does not care.
    pub address: Option<String>,
    pub token_hash: Option<TokenHash>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub attempts: u32,
    pub used: bool,
    /// Used, and Auth has the new password.
    pub completed: bool,
    pub superseded: bool,
    /// Whether it was given back because Auth had not answered yes.
    pub released: bool,
    /// The introduction with the link, while the address was not confirmed.
    pub introduction: Value,
}

/// Tokens, and requests for new ones.
#[derive(Debug, Default)]
pub struct Tokens {
    /// The tokens.
    pub rows: Vec<MemoryToken>,
    /// The asker.
    pub requests: TokenRequests,
}

fn is_confirmed(accounts: &[MemoryAccount], user: UserId) -> bool {
    accounts.iter().any(|account| account.id == user && account.confirmed)
}

impl Tokens {
    pub(super) fn consume_verification(
        &mut self,
        arguments: &Value,
        accounts: &[MemoryAccount],
        now: DateTime<Utc>,
    ) -> Value {
        match self.examine(Purpose::EmailVerification, arguments, accounts, now) {
            Ok(token) => {
                let again = core::mem::replace(&mut token.used, true);
                let said = &arguments["p_introduction"];
                if !is_confirmed(accounts, token.user_id) && (!again || !said.is_null()) {
                    token.introduction = said.clone();
                }
                let outcome =
                    if again { TokenOutcome::AlreadyVerified } else { TokenOutcome::Verified };
                held(outcome, token)
            }
            Err(outcome) => json!({ "outcome": outcome }),
        }
    }

    pub(super) fn check_reset(
        &mut self,
        arguments: &Value,
        accounts: &[MemoryAccount],
        common: &[String],
        now: DateTime<Utc>,
    ) -> Value {
        let prefixes: Vec<String> = argument(arguments, "p_password_prefixes");
        assert!(prefixes.len() <= 4 && prefixes.iter().all(|prefix| prefix.len() == 4));
        let hit =
            |digest: &&String| prefixes.iter().any(|prefix| digest.starts_with(prefix.as_str()));
        match self.examine(Purpose::PasswordReset, arguments, accounts, now) {
            Ok(token) => {
                let account = accounts.iter().find(|account| account.id == token.user_id);
                json!({
                    "outcome": TokenOutcome::Live,
                    "email": account.map(|account| account.address.as_str()).unwrap_or_default(),
                    "names": account.map(|account| account.companies.as_slice()).unwrap_or_default(),
                    "common": common.iter().filter(hit).collect::<Vec<_>>(),
                })
            }
            Err(outcome) => json!({ "outcome": outcome }),
        }
    }

    pub(super) fn consume_reset(
        &mut self,
        arguments: &Value,
        accounts: &[MemoryAccount],
        now: DateTime<Utc>,
    ) -> Value {
        match self.examine(Purpose::PasswordReset, arguments, accounts, now) {
            Ok(token) => {
                token.used = true;
                held(TokenOutcome::Consumed, token)
            }
            Err(outcome) => json!({ "outcome": outcome }),
        }
    }

    pub(super) fn release_reset(&mut self, arguments: &Value) -> Value {
        let id: TokenId = argument(arguments, "p_token_id");
        let hash: TokenHash = argument(arguments, "p_token_hash");
        let held = |row: &MemoryToken| row.id == id && row.token_hash.as_ref() == Some(&hash);
        let Some(index) = self.rows.iter().position(|row| held(row) && row.used && !row.completed)
        else {
            return Value::Null;
        };
        // Only one of a person is live: a newer link that was mailed meanwhile.
        let user = self.rows[index].user_id;
        let newer = self
            .rows
            .iter()
            .skip(index + 1)
            .any(|row| (row.purpose, row.user_id) == (Purpose::PasswordReset, user));
        self.rows[index].used = false;
        self.rows[index].released = true;
        self.rows[index].superseded = newer;
        Value::Null
    }

    /// The token that a call is about, if its secret is right and its time not over.
    fn examine(
        &mut self,
        purpose: Purpose,
        arguments: &Value,
        accounts: &[MemoryAccount],
        now: DateTime<Utc>,
    ) -> Result<&mut MemoryToken, TokenOutcome> {
        let id: TokenId = argument(arguments, "p_token_id");
        let hash: TokenHash = argument(arguments, "p_token_hash");
        let token = self.rows.iter_mut().find(|token| token.purpose == purpose && token.id == id);
        let token = token.ok_or(TokenOutcome::Invalid)?;
        token.examine(&hash, accounts, now)?;
        Ok(token)
    }

    pub(super) fn take_requests(
        &mut self,
        accounts: &[MemoryAccount],
        members: &[(String, UserId)],
        now: DateTime<Utc>,
    ) -> TakenRequests {
        self.requests.take(accounts, members, &self.rows, now)
    }

    /// A new token in place of the older ones of its purpose, and its mail.
    pub(super) fn issue(
        &mut self,
        purpose: Purpose,
        id: TokenId,
        account: &MemoryAccount,
        outbox: &mut Outbox,
        now: DateTime<Utc>,
    ) {
        self.retire(purpose, account.id);
        self.rows.push(MemoryToken {
            user_id: account.id,
            address: Some(account.address.clone()),
            ..MemoryToken::issued(purpose, id, now)
        });
        let token = QueuedToken { purpose, id, token_hash: None };
        outbox.enqueue_security(account, template(purpose), Some(token));
    }

    /// A person has a new password. One that came by a link voids the others, and
    /// a link that was given back too early is void in any case.
    pub(super) fn follow_password_change(&mut self, user: UserId) {
        let theirs = |token: &&mut MemoryToken| {
            (token.purpose, token.user_id) == (Purpose::PasswordReset, user) && !token.completed
        };
        let by_link = self.rows.iter_mut().filter(theirs).any(|token| token.used);
        for token in self.rows.iter_mut().filter(theirs) {
            token.completed = token.used;
            token.superseded |= !token.used && (by_link || token.released);
        }
        if by_link {
            self.retire(Purpose::EmailChange, user);
        }
    }

    /// Unused links of a person stop working.
    fn retire(&mut self, purpose: Purpose, user: UserId) {
        for token in &mut self.rows {
            let of_theirs = token.purpose == purpose && token.user_id == user;
            token.superseded |= of_theirs && !token.used;
        }
    }

    /// The hashes that are stored; a token that is gone has none.
    pub(super) fn seal(&mut self, arguments: &Value) -> Value {
        let sealed: Vec<SealedToken> = argument(arguments, "p_tokens");
        let stored = sealed.into_iter().filter_map(|sealed| {
            let same =
                |token: &&mut MemoryToken| (token.purpose, token.id) == (sealed.purpose, sealed.id);
            let token = self.rows.iter_mut().find(same)?;
            let token_hash = token.token_hash.get_or_insert(sealed.token_hash).clone();
            Some(StoredHash { id: token.id, token_hash })
        });
        json!(stored.collect::<Vec<_>>())
    }
}

fn held(outcome: TokenOutcome, token: &MemoryToken) -> Value {
    json!(Consumption { outcome, user_id: Some(token.user_id) })
}

/// How long a link works.
pub(super) fn lifetime(purpose: Purpose) -> TimeDelta {
    match purpose {
        Purpose::PasswordReset => TimeDelta::minutes(30),
        Purpose::EmailVerification => TimeDelta::hours(24),
        Purpose::Invitation => TimeDelta::days(7),
        Purpose::EmailChange => TimeDelta::days(1),
        Purpose::EmailChangeCancel => TimeDelta::days(2),
    }
}

fn template(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::EmailVerification => "verify_email",
        Purpose::PasswordReset => "password_reset",
        Purpose::Invitation | Purpose::EmailChange | Purpose::EmailChangeCancel => {
            panic!("these are not issued here")
        }
    }
}

impl MemoryToken {
    /// A token as it is issued, and not mailed yet.
    pub fn issued(purpose: Purpose, id: TokenId, now: DateTime<Utc>) -> Self {
        Self {
            purpose,
            id,
            user_id: UserId(id.0),
            address: None,
            token_hash: None,
            created_at: now,
            expires_at: now + lifetime(purpose),
            attempts: 0,
            used: false,
            completed: false,
            superseded: false,
            released: false,
            introduction: Value::Null,
        }
    }

    /// Whether its link is still worth mailing.
    pub(super) fn is_live(&self, now: DateTime<Utc>) -> bool {
        !self.used && !self.superseded && self.expires_at > now
    }

    /// The answer of `private.examine_link()` to who has not the secret. A wrong one counts.
    pub(super) fn open(&mut self, hash: &TokenHash) -> Result<(), TokenOutcome> {
        // Before it is mailed there is nothing to be guessed, hence nothing to be used up.
        let stored = self.token_hash.as_ref().ok_or(TokenOutcome::Invalid)?;
        if self.attempts >= 5 {
            return Err(TokenOutcome::Exhausted);
        }
        if stored != hash {
            self.attempts += 1;
            return Err(TokenOutcome::Invalid);
        }
        Ok(())
    }

    fn examine(
        &mut self,
        hash: &TokenHash,
        accounts: &[MemoryAccount],
        now: DateTime<Utc>,
    ) -> Result<(), TokenOutcome> {
        self.open(hash)?;
        if self.used && self.purpose == Purpose::PasswordReset {
            Err(TokenOutcome::Used)
        } else if self.superseded || self.has_another_address(accounts) {
            Err(TokenOutcome::Superseded)
        } else if self.expires_at <= now {
            Err(TokenOutcome::Expired)
        } else {
            Ok(())
        }
    }

    fn has_another_address(&self, accounts: &[MemoryAccount]) -> bool {
        let account = accounts.iter().find(|account| account.id == self.user_id);
        let both = self.address.as_ref().zip(account);
        both.is_some_and(|(address, account)| *address != account.address)
    }
}
