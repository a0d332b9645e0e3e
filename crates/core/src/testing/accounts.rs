//! Supabase Auth in memory: accounts, and the refusals of its admin API.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::Value;

use super::{World, yield_now};
use crate::{
    access_token::AccessToken,
    email_address::EmailAddress,
    id::UserId,
    ports::{Clock as _, Entropy as _, Identity, IdentityError, NewUser},
    secret::SecretString,
    token::Purpose,
};

/// As `supabase/config.toml` sets it.
const SHORTEST_PASSWORD: usize = 12;
/// The bytes that bcrypt reads; Auth refuses more instead of cutting it off.
const LONGEST_PASSWORD: usize = 72;

/// A row of `auth.users`.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the columns of the table")]
pub struct MemoryAccount {
    pub id: UserId,
    pub address: String,
    pub confirmed: bool,
    pub password: SecretString,
    /// The names of the companies that they belong to.
    pub companies: Vec<String>,
    /// How many sessions are open.
    pub sessions: u32,
}

impl World {
    /// A person's address changes, as Auth would change it. One that was not
    /// confirmed before is asked for a confirmation again.
    pub fn change_address(&self, user: UserId, address: &EmailAddress) {
        self.follow_email_change(user, address.as_str()).expect("nothing was taken back");
        let mut accounts = self.accounts.borrow_mut();
        let account = accounts.iter_mut().find(|account| account.id == user);
        let account = account.expect("an account of that id");
        address.as_str().clone_into(&mut account.address);
        if !account.confirmed {
            self.issue(Purpose::EmailVerification, account);
        }
    }

    /// Somebody signs in, and gets an access token. It holds while a session is open.
    pub fn sign_in(&self, user: UserId) -> AccessToken {
        self.change(user, |account| account.sessions += 1);
        let claims = format!(r#"{{"role":"authenticated","sub":"{user}"}}"#);
        let token = ["e30", &Base64UrlUnpadded::encode_string(claims.as_bytes()), "c2ln"].join(".");
        AccessToken::from_authorization(Some(&format!("Bearer {token}"))).expect("a token")
    }

    /// The answer of `private.user_id()`.
    pub(super) fn person_of(&self, token: &AccessToken) -> Option<UserId> {
        let claims = token.expose().split('.').nth(1).expect("claims");
        let claims = Base64UrlUnpadded::decode_vec(claims).expect("of this world");
        let claims: Value = serde_json::from_slice(&claims).expect("of this world");
        let user: UserId = super::argument(&claims, "sub");
        let accounts = self.accounts.borrow();
        accounts.iter().find(|account| account.id == user && account.sessions > 0)?;
        Some(user)
    }

    /// Issues a token, with its mail.
    pub(super) fn issue(&self, purpose: Purpose, account: &MemoryAccount) {
        let token = crate::id::TokenId(self.uuid());
        let mut outbox = self.outbox.borrow_mut();
        self.tokens.borrow_mut().issue(purpose, token, account, &mut outbox, self.now());
    }

    fn identity_fault(&self) -> Result<(), IdentityError> {
        self.identity_faults.borrow_mut().pop().map_or(Ok(()), Err)
    }

    /// The fault that was ordered, or the refusal of an account that nobody has. A
    /// token stands for its account: tests may put one in without the other.
    fn admit(&self, user: UserId) -> Result<(), IdentityError> {
        self.identity_fault()?;
        let has_account = self.accounts.borrow().iter().any(|account| account.id == user);
        let has_token = || self.tokens.borrow().rows.iter().any(|token| token.user_id == user);
        if has_account || has_token() { Ok(()) } else { Err(IdentityError::NotFound) }
    }

    /// With what Auth and the trigger on `auth.users` do beside it.
    fn change_password(&self, account: &mut MemoryAccount, password: &SecretString) {
        account.password = password.clone();
        account.sessions = 0;
        self.tokens.borrow_mut().follow_password_change(account.id);
        if core::mem::replace(&mut account.confirmed, true) {
            self.outbox.borrow_mut().enqueue_security(account, "password_changed", None);
        }
    }

    fn change(&self, user: UserId, change: impl FnOnce(&mut MemoryAccount)) {
        self.accounts.borrow_mut().iter_mut().find(|account| account.id == user).map(change);
    }
}

impl Identity for World {
    async fn confirm_email(&self, user: UserId) -> Result<(), IdentityError> {
        self.admit(user)?;
        self.change(user, |account| account.confirmed = true);
        self.confirmed.borrow_mut().push(user);
        Ok(())
    }

    async fn set_password_and_confirm(
        &self,
        user: UserId,
        password: &SecretString,
    ) -> Result<(), IdentityError> {
        yield_now().await;
        self.admit(user)?;
        refuse_long(password).map_err(|_| IdentityError::PasswordTooLong)?;
        if password.expose().len() < SHORTEST_PASSWORD {
            return Err(IdentityError::WeakPassword(vec!["length".to_owned()]));
        }
        self.change(user, |account| self.change_password(account, password));
        if self.auth_answers_are_lost.get() { Err(IdentityError::Timeout) } else { Ok(()) }
    }

    async fn change_email(
        &self,
        user: UserId,
        address: &EmailAddress,
    ) -> Result<(), IdentityError> {
        yield_now().await;
        self.admit(user)?;
        let taken =
            |account: &MemoryAccount| account.address == address.as_str() && account.id != user;
        if self.accounts.borrow().iter().any(taken) {
            return Err(IdentityError::EmailExists);
        }
        let refused = || IdentityError::Unavailable("status 500 P0001".to_owned());
        self.follow_email_change(user, address.as_str()).map_err(|()| refused())?;
        self.change(user, |account| {
            address.as_str().clone_into(&mut account.address);
            account.confirmed = true;
        });
        if self.auth_answers_are_lost.get() { Err(IdentityError::Timeout) } else { Ok(()) }
    }

    async fn create_user(&self, user: &NewUser) -> Result<UserId, IdentityError> {
        self.identity_fault()?;
        refuse_long(&user.password)?;
        let address = user.email.as_str();
        if self.accounts.borrow().iter().any(|account| account.address == address) {
            return Err(IdentityError::EmailExists);
        }
        let account = MemoryAccount {
            id: UserId(self.uuid()),
            address: address.to_owned(),
            confirmed: user.email_confirmed,
            password: user.password.clone(),
            companies: Vec::new(),
            sessions: 0,
        };
        if !account.confirmed {
            self.issue(Purpose::EmailVerification, &account);
        }
        let id = account.id;
        self.accounts.borrow_mut().push(account);
        Ok(id)
    }

    async fn delete_user(&self, user: UserId) -> Result<(), IdentityError> {
        self.admit(user)?;
        self.accounts.borrow_mut().retain(|account| account.id != user);
        self.tokens.borrow_mut().rows.retain(|token| token.user_id != user);
        Ok(())
    }
}

fn refuse_long(password: &SecretString) -> Result<(), IdentityError> {
    if password.expose().len() > LONGEST_PASSWORD {
        return Err(IdentityError::Refused("validation_failed".to_owned()));
    }
    Ok(())
}
