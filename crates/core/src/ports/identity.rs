//! Supabase Auth, by its admin API.

use crate::{email_address::EmailAddress, id::UserId, secret::SecretString};

/// A person to be created.
#[derive(Debug)]
pub struct NewUser {
    /// The id that it is to have, if somebody has chosen one.
    pub id: Option<UserId>,
    /// The address.
    pub email: EmailAddress,
    /// The password.
    pub password: SecretString,
    /// Whether the address counts as confirmed from the start.
    pub email_confirmed: bool,
}

/// The accounts of people.
pub trait Identity {
    /// Marks the account's address confirmed. Repeating it changes nothing.
    async fn confirm_email(&self, user: UserId) -> Result<(), IdentityError>;
    /// Sets a password and marks the address confirmed, for somebody who has proved
    /// to read its mail. Auth ends every session in the same transaction.
    async fn set_password_and_confirm(
        &self,
        user: UserId,
        password: &SecretString,
    ) -> Result<(), IdentityError>;
    /// Gives an account another address, which its owner has proved to read, and
    /// marks it confirmed. Repeating it changes nothing.
    async fn change_email(&self, user: UserId, address: &EmailAddress)
    -> Result<(), IdentityError>;
    /// Creates an account.
    async fn create_user(&self, user: &NewUser) -> Result<UserId, IdentityError>;
    /// Deletes an account.
    async fn delete_user(&self, user: UserId) -> Result<(), IdentityError>;
}

/// Why Auth did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// There is no such account.
    #[error("no such user")]
    NotFound,
    /// The address has an account already.
    #[error("the address has an account")]
    EmailExists,
    /// The password is too weak, for these reasons of Auth's
    /// (`length`, `characters`, `pwned`).
    #[error("weak password")]
    WeakPassword(Vec<String>),
    /// The password has more bytes than Auth takes.
    #[error("password too long")]
    PasswordTooLong,
    /// Auth refused for another reason, by its error code.
    #[error("refused: {0}")]
    Refused(String),
    /// It could not be reached or failed.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// It did not answer in time, and may have done it.
    #[error("timed out")]
    Timeout,
}
