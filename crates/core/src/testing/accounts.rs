//! Supabase Auth in memory: accounts, and the refusals of its admin API.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde_json::{Value, json};

use super::{World, yield_now};
use crate::{
    access_token::AccessToken,
    email_address::EmailAddress,
    id::UserId,
    ports::{Entropy as _, Identity, IdentityError, NewUser},
    secret::SecretString,
};

/// The password that accounts of a test begin with.
pub const PASSWORD: &str = "correct horse battery staple";
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
}

/// The access token of somebody who is signed in.
pub fn signed_in(name: &str) -> AccessToken {
    let claims = format!(r#"{{"role":"authenticated","sub":"{name}"}}"#);
    let token = ["e30", &Base64UrlUnpadded::encode_string(claims.as_bytes()), "c2ln"].join(".");
    AccessToken::from_authorization(Some(&format!("Bearer {token}"))).expect("a token")
}

impl World {
    /// Somebody with the address `<name>@example.com` has an account.
    pub fn with_account(&self, name: &str, confirmed: bool) -> UserId {
        let address = format!("{name}@example.com");
        let (id, password) = (UserId(self.uuid()), SecretString::new(PASSWORD));
        self.add_account(MemoryAccount { id, address, confirmed, password })
    }

    /// An account, which there must be.
    pub fn account(&self, user: UserId) -> MemoryAccount {
        let accounts = self.accounts.borrow();
        accounts.iter().find(|account| account.id == user).expect("an account").clone()
    }

    fn add_account(&self, account: MemoryAccount) -> UserId {
        let id = account.id;
        self.accounts.borrow_mut().push(account);
        id
    }

    async fn receive(&self, name: &'static str, arguments: Value) -> Result<(), IdentityError> {
        yield_now().await;
        self.note(name, arguments, None);
        self.identity_faults.borrow_mut().pop_front().map_or(Ok(()), Err)
    }

    fn change(
        &self,
        user: UserId,
        change: impl FnOnce(&mut MemoryAccount),
    ) -> Result<(), IdentityError> {
        let mut accounts = self.accounts.borrow_mut();
        let account = accounts.iter_mut().find(|account| account.id == user);
        account.map(change).ok_or(IdentityError::NotFound)
    }

    fn is_taken(&self, address: &EmailAddress, by_another_than: Option<UserId>) -> bool {
        let is_it = |account: &MemoryAccount| {
            account.address == address.as_str() && Some(account.id) != by_another_than
        };
        self.accounts.borrow().iter().any(is_it)
    }
}

impl Identity for World {
    async fn confirm_email(&self, user: UserId) -> Result<(), IdentityError> {
        self.receive("auth.confirm_email", json!({ "user": user })).await?;
        self.change(user, |account| account.confirmed = true)
    }

    async fn set_password_and_confirm(
        &self,
        user: UserId,
        password: &SecretString,
    ) -> Result<(), IdentityError> {
        let arguments = json!({ "user": user, "password": password.expose() });
        self.receive("auth.set_password_and_confirm", arguments).await?;
        self.change(user, |_| {})?;
        refuse_long(password).map_err(|_| IdentityError::PasswordTooLong)?;
        if password.expose().len() < SHORTEST_PASSWORD {
            return Err(IdentityError::WeakPassword(vec!["length".to_owned()]));
        }
        self.change(user, |account| {
            account.password = password.clone();
            account.confirmed = true;
        })
    }

    async fn change_email(
        &self,
        user: UserId,
        address: &EmailAddress,
    ) -> Result<(), IdentityError> {
        let arguments = json!({ "user": user, "address": address.as_str() });
        self.receive("auth.change_email", arguments).await?;
        self.change(user, |_| {})?;
        if self.is_taken(address, Some(user)) {
            return Err(IdentityError::EmailExists);
        }
        self.change(user, |account| {
            address.as_str().clone_into(&mut account.address);
            account.confirmed = true;
        })
    }

    async fn create_user(&self, user: &NewUser) -> Result<UserId, IdentityError> {
        let NewUser { id, email, password, email_confirmed } = user;
        let arguments = json!({
            "address": email.as_str(), "password": password.expose(), "confirmed": email_confirmed,
        });
        self.receive("auth.create_user", arguments).await?;
        refuse_long(password)?;
        if self.is_taken(email, None) {
            return Err(IdentityError::EmailExists);
        }
        let id = id.unwrap_or_else(|| UserId(self.uuid()));
        let (address, password) = (email.as_str().to_owned(), password.clone());
        Ok(self.add_account(MemoryAccount { id, address, confirmed: *email_confirmed, password }))
    }

    async fn delete_user(&self, user: UserId) -> Result<(), IdentityError> {
        self.receive("auth.delete_user", json!({ "user": user })).await?;
        self.change(user, |_| {})?;
        self.accounts.borrow_mut().retain(|account| account.id != user);
        Ok(())
    }
}

fn refuse_long(password: &SecretString) -> Result<(), IdentityError> {
    if password.expose().len() > LONGEST_PASSWORD {
        return Err(IdentityError::Refused("validation_failed".to_owned()));
    }
    Ok(())
}
