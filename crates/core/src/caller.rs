//! The caller, as the database says.

use serde::Serialize;

use crate::{
    access_token::AccessToken,
    error::{Code, Error, Result},
    id::UserId,
    ports::{Database, SqlFunction},
};

/// The id of a token's owner, as the database says.
#[derive(Serialize)]
pub struct CurrentUserId {}

impl SqlFunction for CurrentUserId {
    const NAME: &'static str = "current_user_id";
    type Output = Option<UserId>;
}

/// Returns the id of the caller: for work of the service in somebody's name, because it must vouch
/// for more than they could say themselves.
///
/// # Errors
/// `unauthenticated`, also where the session has ended.
pub async fn caller(ports: &impl Database, person: &AccessToken) -> Result<UserId> {
    let found = match ports.call_as(person, &CurrentUserId {}).await {
        Err(error) if error.is_of_the_token() => None,
        found => found?,
    };
    found.ok_or_else(|| Error::new(Code::Unauthenticated, "Please sign in again."))
}
