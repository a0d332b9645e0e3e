//! Changes of address in memory, with what the database and its trigger on Auth's
//! accounts make of them.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{MemoryAccount, MemoryToken, World, argument};
use crate::{
    id::{TokenId, UserId},
    outbox::QueuedToken,
    ports::{Clock as _, Entropy as _},
    token::{Purpose, TokenHash, TokenOutcome},
};

/// How long the old address can take a confirmed change back.
const CANCEL_WINDOW: TimeDelta = TimeDelta::days(1);
/// How long Auth may still store what it was told.
const UNDER_WAY: TimeDelta = TimeDelta::hours(1);

/// A row of `email_changes`, with its links.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns of the tables")]
pub struct MemoryEmailChange {
    pub user_id: UserId,
    pub old: String,
    pub new: String,
    /// `requested`, `confirming`, `confirmed`, `cancelled`, `reverting`, `reverted` or `superseded`.
    pub status: &'static str,
    pub consumed_at: Option<DateTime<Utc>>,
    /// The link to the new address, if one was mailed.
    pub confirm: Option<TokenId>,
    /// The link to the old one.
    pub cancel: TokenId,
}

impl MemoryEmailChange {
    fn is_open(&self) -> bool {
        matches!(self.status, "requested" | "confirming")
    }

    fn may_be_under_way(&self, now: DateTime<Utc>) -> bool {
        self.consumed_at.is_some_and(|at| at > now - UNDER_WAY)
            && matches!(self.status, "confirming" | "superseded" | "cancelled")
    }
}

impl World {
    /// Begins a change in place of one that is under way, and mails both addresses.
    pub(super) fn issue_email_change(&self, user_id: UserId, new: &str, may_mail: bool) {
        let Some(account) = self.account(user_id) else { return };
        let mut changes = self.email_changes.borrow_mut();
        let mut theirs = changes.iter_mut().filter(|change| change.user_id == user_id);
        if !account.confirmed
            || account.address == new
            || theirs.any(|change| change.status == "reverting")
        {
            return;
        }
        let mut kept = None;
        for change in changes.iter_mut().filter(|change| change.user_id == user_id) {
            if change.is_open() {
                change.status = "superseded";
                let same = change.new == new && change.old == account.address;
                kept = if same && !may_mail { change.confirm.take() } else { None };
            }
        }
        let links = |token: &&mut MemoryToken| {
            (token.purpose, token.user_id) == (Purpose::EmailChange, user_id)
                && Some(token.id) != kept
        };
        let mut tokens = self.tokens.borrow_mut();
        tokens.rows.iter_mut().filter(links).for_each(|token| token.superseded |= !token.used);
        drop(tokens);
        let confirm = if may_mail { self.mail_new_address(user_id, new) } else { kept };
        let cancel = self.link_of(Purpose::EmailChangeCancel, user_id);
        let token =
            QueuedToken { purpose: Purpose::EmailChangeCancel, id: cancel, token_hash: None };
        self.outbox.borrow_mut().enqueue_security(&account, "email_change_notice", Some(token));
        let (old, new) = (account.address, new.to_owned());
        let status = "requested";
        let change =
            MemoryEmailChange { user_id, old, new, status, consumed_at: None, confirm, cancel };
        changes.push(change);
    }

    fn mail_new_address(&self, user_id: UserId, new: &str) -> Option<TokenId> {
        let holder = |account: &&MemoryAccount| account.address == new && account.confirmed;
        let holder = self.accounts.borrow().iter().find(holder).cloned();
        if let Some(holder) = holder {
            self.outbox.borrow_mut().enqueue_security(&holder, "email_change_taken", None);
            return None;
        }
        let id = self.link_of(Purpose::EmailChange, user_id);
        let token = QueuedToken { purpose: Purpose::EmailChange, id, token_hash: None };
        let mut outbox = self.outbox.borrow_mut();
        outbox.enqueue_from(None, new, "security", "email_change", Some(token));
        Some(id)
    }

    fn link_of(&self, purpose: Purpose, user_id: UserId) -> TokenId {
        let id = TokenId(self.uuid());
        let token = MemoryToken { user_id, ..MemoryToken::issued(purpose, id, self.now()) };
        self.tokens.borrow_mut().rows.push(token);
        id
    }

    fn account(&self, user: UserId) -> Option<MemoryAccount> {
        self.accounts.borrow().iter().find(|account| account.id == user).cloned()
    }

    /// The token of a link, if its holder has the secret.
    fn open_link(&self, purpose: Purpose, arguments: &Value) -> Result<MemoryToken, TokenOutcome> {
        let id: TokenId = argument(arguments, "p_token_id");
        let hash: TokenHash = argument(arguments, "p_token_hash");
        let mut tokens = self.tokens.borrow_mut();
        let token = tokens.rows.iter_mut().find(|token| (token.purpose, token.id) == (purpose, id));
        let token = token.ok_or(TokenOutcome::Invalid)?;
        token.open(&hash)?;
        Ok(token.clone())
    }

    /// An account of the address that nobody confirmed makes way; whether there is no other.
    fn make_room_for(&self, address: &str, user: UserId) -> bool {
        let mut accounts = self.accounts.borrow_mut();
        let other = |account: &MemoryAccount| account.address == address && account.id != user;
        if accounts.iter().any(|account| other(account) && account.confirmed) {
            return false;
        }
        let gone: Vec<UserId> =
            accounts.iter().filter(|one| other(one)).map(|one| one.id).collect();
        accounts.retain(|account| !gone.contains(&account.id));
        self.tokens.borrow_mut().rows.retain(|token| !gone.contains(&token.user_id));
        true
    }

    pub(super) fn use_email_change_link(&self, arguments: &Value) -> Value {
        match argument(arguments, "p_purpose") {
            Purpose::EmailChange => self.consume_email_change(arguments),
            Purpose::EmailChangeCancel => self.cancel_email_change(arguments),
            purpose => panic!("{purpose:?} is about no change of address"),
        }
    }

    fn consume_email_change(&self, arguments: &Value) -> Value {
        let token = match self.open_link(Purpose::EmailChange, arguments) {
            Ok(token) => token,
            Err(outcome) => return json!({ "outcome": outcome }),
        };
        let mut changes = self.email_changes.borrow_mut();
        let change = changes.iter_mut().find(|change| change.confirm == Some(token.id));
        let Some(change) = change else { return json!({ "outcome": TokenOutcome::Superseded }) };
        let address = self.account(change.user_id).map(|account| account.address);
        let outcome = if change.status == "confirmed" && address.as_ref() == Some(&change.new) {
            TokenOutcome::AlreadyVerified
        } else if !change.is_open() || token.superseded || address.as_ref() != Some(&change.old) {
            TokenOutcome::Superseded
        } else if token.expires_at <= self.now() {
            TokenOutcome::Expired
        } else if !self.make_room_for(&change.new, change.user_id) {
            TokenOutcome::AddressTaken
        } else {
            change.status = "confirming";
            change.consumed_at = Some(self.now());
            return json!({
                "outcome": TokenOutcome::Verified, "user_id": change.user_id, "email": change.new,
            });
        };
        json!({ "outcome": outcome })
    }

    fn cancel_email_change(&self, arguments: &Value) -> Value {
        let token = match self.open_link(Purpose::EmailChangeCancel, arguments) {
            Ok(token) => token,
            Err(outcome) => return json!({ "outcome": outcome }),
        };
        let mut changes = self.email_changes.borrow_mut();
        let first = changes.iter().position(|change| change.cancel == token.id);
        let first = first.expect("the change of a token");
        let (user, old) = (changes[first].user_id, changes[first].old.clone());
        let theirs = |change: &&MemoryEmailChange| change.user_id == user;
        let moved = changes[first..]
            .iter()
            .filter(theirs)
            .find(|change| matches!(change.status, "confirmed" | "reverting"))
            .is_some_and(|change| change.old == old);
        let is_reverting = changes.iter().filter(theirs).any(|change| change.status == "reverting");
        let stays = self.account(user).is_some_and(|account| account.address == old);
        let outcome = if token.superseded || !(moved || stays) {
            TokenOutcome::Superseded
        } else if token.used && !is_reverting {
            TokenOutcome::Used
        } else if !token.used && token.expires_at <= self.now() {
            TokenOutcome::Expired
        } else if moved && !self.make_room_for(&old, user) {
            TokenOutcome::AddressTaken
        } else {
            self.take_back(&mut changes, first, moved);
            let email = moved.then_some(old);
            return json!({ "outcome": TokenOutcome::Consumed, "user_id": user, "email": email });
        };
        json!({ "outcome": outcome })
    }

    fn take_back(&self, changes: &mut [MemoryEmailChange], first: usize, moved: bool) {
        let (user, now) = (changes[first].user_id, self.now());
        let mut void = Vec::new();
        for (index, change) in changes.iter_mut().enumerate() {
            if change.user_id != user {
                continue;
            }
            if change.is_open() || change.may_be_under_way(now) {
                change.status = "cancelled";
            } else if moved && index >= first && change.status == "confirmed" {
                change.status = "reverting";
            }
            if index > first {
                void.push(change.cancel);
            }
        }
        self.void_links_of(user);
        for token in &mut self.tokens.borrow_mut().rows {
            token.superseded |= void.contains(&token.id) && !token.used;
            token.used |= token.id == changes[first].cancel;
        }
        self.cut_off(user, moved);
    }

    fn void_links_of(&self, user: UserId) {
        for token in &mut self.tokens.borrow_mut().rows {
            let stays = token.used || token.purpose == Purpose::EmailChangeCancel;
            token.superseded |= token.user_id == user && !stays;
        }
    }

    fn cut_off(&self, user: UserId, with_password: bool) {
        let mut accounts = self.accounts.borrow_mut();
        if let Some(account) = accounts.iter_mut().find(|account| account.id == user) {
            account.sessions = 0;
            if with_password {
                account.password = crate::secret::SecretString::new("");
            }
        }
    }

    /// The trigger's work when Auth stores another address; `Err` where it refuses.
    pub(super) fn follow_email_change(&self, user: UserId, new: &str) -> Result<(), ()> {
        let old = self.account(user).map(|account| account.address).unwrap_or_default();
        if old == new {
            return Ok(());
        }
        let now = self.now();
        let mut changes = self.email_changes.borrow_mut();
        let reverting = changes.iter().find(|one| one.user_id == user && one.status == "reverting");
        if reverting.is_some_and(|change| change.old == new) {
            self.finish_reversal(&mut changes, user, new);
            return Ok(());
        }
        let told = |change: &&mut MemoryEmailChange| {
            change.user_id == user
                && change.old == old
                && change.new == new
                && change.may_be_under_way(now)
        };
        match changes.iter_mut().rev().find(told) {
            Some(change) if change.status == "cancelled" => return Err(()),
            Some(change) => {
                change.status = "confirmed";
                self.finish_email_change(change);
            }
            None => {}
        }
        for change in changes.iter_mut().filter(|change| change.user_id == user) {
            if change.is_open() {
                change.status = "superseded";
            }
        }
        Ok(())
    }

    fn finish_email_change(&self, change: &MemoryEmailChange) {
        let until = self.now() + CANCEL_WINDOW;
        for token in &mut self.tokens.borrow_mut().rows {
            if Some(token.id) == change.confirm {
                (token.used, token.superseded) = (true, false);
            } else if token.id == change.cancel {
                token.expires_at = until;
            }
        }
        self.void_links_of(change.user_id);
        self.cut_off(change.user_id, false);
        let id = change.cancel;
        let token = QueuedToken { purpose: Purpose::EmailChangeCancel, id, token_hash: None };
        let mut outbox = self.outbox.borrow_mut();
        let owner = Some(change.user_id);
        outbox.enqueue_from(owner, &change.old, "security", "email_changed", Some(token));
    }

    fn finish_reversal(&self, changes: &mut [MemoryEmailChange], user: UserId, address: &str) {
        for change in changes.iter_mut().filter(|change| change.user_id == user) {
            if change.status == "reverting" {
                change.status = "reverted";
            }
        }
        self.void_links_of(user);
        self.cut_off(user, true);
        let mut outbox = self.outbox.borrow_mut();
        outbox.enqueue_from(Some(user), address, "security", "email_change_reverted", None);
    }
}
