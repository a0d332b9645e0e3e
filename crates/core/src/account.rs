//! The account of somebody who has proved by a link that they read the mail of its address.

use crate::{
    email_address::EmailAddress,
    error::Result,
    id::UserId,
    password::ProposedPassword,
    ports::{Identity, NewUser},
};

/// A confirmed account of the address with this password: `unconfirmed`, which somebody else may
/// have made and would else keep a way into, or a new one. Should two requests race, Auth makes one.
///
/// # Errors
/// `conflict` where the address has another account by now; `rule_violation` for a password that
/// Auth refuses; `upstream_unavailable`, `upstream_timeout`.
pub async fn confirmed_account(
    ports: &impl Identity,
    unconfirmed: Option<UserId>,
    address: &str,
    password: &ProposedPassword,
) -> Result<UserId> {
    if let Some(user) = unconfirmed {
        ports.set_password_and_confirm(user, password.normal()).await?;
        return Ok(user);
    }
    let email = EmailAddress::from_database(address);
    let password = password.normal().clone();
    Ok(ports.create_user(&NewUser { email, password, email_confirmed: true }).await?)
}

/// `a…@example.com`: enough for its owner, to whoever has a link that was handed on.
pub fn masked(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or_default();
    let first = local.get(..1).unwrap_or_default();
    [first, "…@", domain].concat()
}
