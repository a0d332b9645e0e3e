//! The account of somebody who has proved by a link that they read the mail of its address.

use crate::{
    email_address::EmailAddress,
    error::Result,
    id::UserId,
    password::ProposedPassword,
    ports::{Identity, NewUser},
};

/// The account that an address has, or is to have.
#[derive(Clone, Copy, Debug)]
pub enum AccountOfAddress {
    /// One that nobody has confirmed: somebody else may have made it, and would else keep a way in.
    Unconfirmed(UserId),
    /// None so far, and the id that it is to have if somebody has chosen one.
    New(Option<UserId>),
}

/// A confirmed account of the address with this password. Should two requests race, Auth makes one.
///
/// # Errors
/// `conflict` where the address has another account by now; `rule_violation` for a password that
/// Auth refuses; `upstream_unavailable`, `upstream_timeout`.
pub async fn confirm_account(
    ports: &impl Identity,
    account: AccountOfAddress,
    address: &str,
    password: &ProposedPassword,
) -> Result<UserId> {
    let password = password.normal();
    Ok(match account {
        AccountOfAddress::Unconfirmed(user) => {
            ports.set_password_and_confirm(user, password).await?;
            user
        }
        AccountOfAddress::New(id) => {
            let (email, password) = (EmailAddress::from_database(address), password.clone());
            ports.create_user(&NewUser { id, email, password, email_confirmed: true }).await?
        }
    })
}

/// `a…@example.com`: enough for its owner, to whoever has a link that was handed on.
pub fn masked(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or_default();
    let first = local.get(..1).unwrap_or_default();
    [first, "…@", domain].concat()
}
